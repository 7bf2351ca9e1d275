import type { BackboneEntry, EndToEndEntry, MethodEntry, SweepEntry } from '../experiment/schema.ts'
import { contentKey } from '../results/run-folder.ts'

/** The keys of what an experiment asks of a backbone: digests of the entries, which tell rows of one run apart. */
export const pretrainKey = (backbone: BackboneEntry) => contentKey('pretrain', backbone)
export const frozenKey = (backbone: BackboneEntry, method: MethodEntry) => contentKey('frozen', backbone, method)
export const sweepKey = (backbone: BackboneEntry, sweep: SweepEntry) => contentKey('sweep', backbone, sweep)
export const endToEndKey = (backbone: BackboneEntry, method: EndToEndEntry) =>
  contentKey('end to end', backbone, method)
