import type { Experiment } from '../experiment/schema.ts'
import { endToEndKey, frozenKey, pretrainKey, sweepKey } from '../run/entry-keys.ts'
import { seedKey } from '../run/measure-method.ts'
import type { Task } from './plan.ts'

/** The key that the row of a task has in the folder of the run; undefined for features. */
export function askedKey(
  experiment: Experiment,
  { backbone, work }: Pick<Task, 'backbone' | 'work'>,
): string | undefined {
  const entry = experiment.backbones[backbone]
  switch (work.kind) {
    case 'pretrain':
      return seedKey(pretrainKey(entry), experiment.seed)
    case 'method':
      return seedKey(frozenKey(entry, experiment.methods[work.entry]), work.seed)
    case 'sweep':
      return sweepKey(entry, experiment.sweeps[work.entry])
    case 'endToEnd':
      return seedKey(endToEndKey(entry, experiment.endToEnd[work.entry]), work.seed)
    default:
      return undefined
  }
}
