import { chooseWeights, findBackbone, isOwnNetwork } from '@dml-crc/backbones'
import type { ImageDataset } from '@dml-crc/datasets'
import type { Experiment } from '../experiment/schema.ts'
import type { Results } from '../results/schema.ts'

/** Under which terms the images and the published weights of an experiment may be used, and what to cite. */
export function termsOf(
  { backbones }: Experiment,
  { name, licence, citation }: ImageDataset,
): NonNullable<Results['terms']> {
  const networks = backbones
    .filter((entry) => !isOwnNetwork(entry.name))
    .map((entry) => {
      const record = findBackbone(entry.name)
      const chosen = chooseWeights(record, entry.weights)
      const terms = chosen.kind === 'tag' ? record.weights[chosen.tag].licence : 'no published weights'
      return { what: `network ${record.title}`, licence: terms, citation: record.paper }
    })
  return [{ what: `data set ${name}`, licence, citation }, ...networks]
}
