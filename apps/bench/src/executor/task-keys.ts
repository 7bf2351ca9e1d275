import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'
import { version } from '../results/program.ts'
import type { Images } from '../run/images.ts'
import type { Work } from './plan.ts'

/** What the results of a run depend on beside its experiment. */
export interface Setting {
  engine: { name: string; library: string }
  /** Digests of both lists of images. */
  images: { fit: string; test: string }
}

const digest = (...content: unknown[]) =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32)

/** Size and time of change stand for the content of a file, as they do for the cache of features. */
function identityOfFile(path: string): unknown {
  if (!existsSync(path)) return path
  const { size, mtimeMs } = statSync(path)
  return [path, size, mtimeMs]
}

/** A digest of the images of both splits. */
export function settingOf({ fit, test }: Images, engine: Setting['engine']): Setting {
  const listOf = (records: Images['fit']) =>
    digest(records.map(({ id, path, label, box }) => [id, identityOfFile(path), label, box ?? null]))
  const ofFit = listOf(fit)
  return { engine, images: { fit: ofFit, test: test === fit ? ofFit : listOf(test) } }
}

/** What decides the weights of a network. */
function networkOf(experiment: Experiment, entry: BackboneEntry, { images }: Setting) {
  const { seed, batchSize, splits, shortSide, mirror, randomScale } = experiment
  const { pretrain } = entry
  // It is trained on the random views, and may end by its accuracy on the fixed ones.
  const views = [shortSide ?? null, mirror, randomScale]
  const files = [identityOfFile(entry.name), identityOfFile(entry.weights)]
  return [entry, files, ...(pretrain ? [seed, batchSize, splits.fit, images.fit, ...views] : [])]
}

/**
 * The key of a task: a digest of everything that decides its result, so that one key stands for one result, whoever makes it
 * and however often.
 */
export function taskKey(experiment: Experiment, setting: Setting, backbone: number, work: Work): string {
  const { engine, images } = setting
  const { seed, batchSize, shortSide, mirror, randomScale, randomViews, splits, select, dataset } = experiment
  const network = networkOf(experiment, experiment.backbones[backbone], setting)
  const base = [version, engine, network]
  if (work.kind === 'shard') {
    const { split, kind } = work.part
    const list = images[split]
    const view = kind === 'random' ? [randomScale, seed] : [shortSide ?? null, mirror]
    return digest('shard', base, list, batchSize, view, work.part, work.begin, work.end)
  }
  const features = [batchSize, shortSide ?? null, mirror, randomScale, randomViews, images]
  const chosen = [dataset.name, splits, select, seed]
  switch (work.kind) {
    case 'pretrain':
      return digest('pretrain', base, features, chosen)
    case 'features':
      return digest('features', base, features, seed)
    case 'method':
      return digest('method', base, features, chosen, experiment.methods[work.entry], work.seed)
    case 'sweep':
      return digest('sweep', base, features, chosen, experiment.sweeps[work.entry])
    case 'endToEnd':
      return digest('end to end', base, features, chosen, experiment.endToEnd[work.entry], work.seed)
  }
}
