import { endToEndLabel, methodLabel } from '../experiment/method-label.ts'
import type { Experiment } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import type { Images } from '../run/images.ts'
import { fixedViewCount } from '../run/views.ts'
import type { FeaturePart, TaskNode, Work } from './plan.ts'
import { type Setting, taskKey } from './task-keys.ts'

/** About how many images a shard has: minutes of work for a large network, and few files of a large set. */
const SHARD = 256

/** Every part of the features of an experiment, in the order in which the rows read them. */
export function featureParts(experiment: Experiment): FeaturePart[] {
  const parts = (split: FeaturePart['split'], kind: FeaturePart['kind'], views: number): FeaturePart[] =>
    Array.from({ length: views }, (_, view) => ({ split, kind, view }))
  const fixed = fixedViewCount(experiment)
  const isCrossValidated = foldsOf(experiment.splits) !== undefined
  return [
    ...parts('fit', 'fixed', fixed),
    ...parts('fit', 'random', experiment.randomViews),
    ...(isCrossValidated ? [] : parts('test', 'fixed', fixed)),
  ]
}

/** The shards of a list of images: each begins where a batch does. */
export function shardsOf(count: number, batchSize: number): { begin: number; end: number }[] {
  const size = Math.ceil(SHARD / batchSize) * batchSize
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    begin: i * size,
    end: Math.min(count, (i + 1) * size),
  }))
}

/** The tasks of an experiment: for each backbone its training, the shards of its features, and a row for each method and seed. */
export function planRun(
  experiment: Experiment,
  images: Record<'fit' | 'test', Pick<Images['fit'], 'length'>>,
  setting: Setting,
): TaskNode[] {
  return experiment.backbones.map((entry, backbone) => {
    const node = (title: string, work: Work, rest: Partial<TaskNode> = {}): TaskNode => {
      const key = taskKey(experiment, setting, backbone, work)
      return { key, title, backbone, work, before: [], after: [], ...rest }
    }
    const on = ['on', entry.name, ...(entry.layers ?? [])].join(' ')
    const seeds = (count: number) => Array.from({ length: count }, (_, i) => experiment.seed + i)
    const shards = featureParts(experiment).flatMap((part) =>
      shardsOf(images[part.split].length, experiment.batchSize).map(({ begin, end }) => {
        const view = `${part.kind} view ${part.view + 1}`
        const which = `${experiment.splits[part.split]} ${begin} to ${end}`
        return node(`features of ${which}, ${view}, ${on}`, { kind: 'shard', part, begin, end })
      }),
    )
    const rows = [
      ...experiment.methods.flatMap((method, i) =>
        seeds(method.seeds).map((seed) =>
          node(`${methodLabel(method)} ${on}, seed ${seed}`, { kind: 'method', entry: i, seed }),
        ),
      ),
      ...experiment.sweeps.map((sweep, i) =>
        node(`${methodLabel(sweep)} over ${sweep.option} ${on}`, { kind: 'sweep', entry: i }),
      ),
      ...experiment.endToEnd.flatMap((method, i) =>
        seeds(method.seeds).map((seed) =>
          node(`${endToEndLabel(method)} end to end ${on}, seed ${seed}`, { kind: 'endToEnd', entry: i, seed }),
        ),
      ),
    ]
    const features = node(`all features ${on}`, { kind: 'features' }, { before: shards, after: rows })
    return entry.pretrain ? node(`softmax from scratch ${on}`, { kind: 'pretrain' }, { after: [features] }) : features
  })
}
