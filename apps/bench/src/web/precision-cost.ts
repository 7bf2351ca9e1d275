import { type OnProgress, Prng } from '@dml-crc/core'
import { centerViews, type ImageRecord } from '@dml-crc/datasets'
import { type Matrix, type Model, predict, remove, stratifiedFolds } from '@dml-crc/metric'
import { extractViews, type ImageModel, type ImageModelParts, openPageNetwork } from '@dml-crc/trainer'
import type { TrainingImages } from './training-images.ts'

/** What weights of another precision cost, on images that a model was not fitted on. */
export interface PrecisionCost {
  /** How many were looked at. */
  images: number
  /** Shares of them that are named correctly: by the weights as they were, and by those of the site. */
  float32: number
  stored: number
}

/** Images that are looked at. */
const MOST = 1000

/** Parts that the images fitted on are held out in, where there are no others. */
const FOLDS = 5

/**
 * Names held-out images by a model's network as it was and as a site has it. Where a run tested on folds, its own images are held
 * out, a fifth at a time, by a model without them in the same metric.
 * @param site the folder that `writePageModel` wrote
 * @returns undefined where no held-out images are here
 */
export async function precisionCost(
  site: string,
  { backbone, model, resize, samples, transforms }: ImageModel & ImageModelParts,
  known: TrainingImages,
  onProgress: OnProgress,
): Promise<PrecisionCost | undefined> {
  const parts = known.test ? [{ model, records: known.test }] : await withoutParts(model, samples, known.fit)
  const records = parts.flatMap(({ records }) => records)
  if (records.length === 0) return undefined
  const kept = spread(records)
  const network = await openPageNetwork(site)
  try {
    const { inputSize: size, view } = backbone
    // The graph looks at the mirror images itself.
    const middles = centerViews({ size, resize, interpolation: view.interpolation })
    const features = [
      await extractViews({ backbone, records: kept, transforms, onProgress }),
      await extractViews({ backbone: network, records: kept, transforms: middles, onProgress }),
    ].map((each) => each.features)
    const [float32, stored] = await Promise.all(features.map((rows) => accuracyOf(parts, kept, rows)))
    return { images: kept.length, float32, stored }
  } finally {
    network.dispose()
  }
}

/** A model, and images that it was not fitted on. */
interface HeldOut {
  model: Model
  records: readonly ImageRecord[]
}

/** For each part of the images fitted on, the model without it; none where that cannot be had. */
async function withoutParts(
  model: Model,
  samples: readonly string[] | undefined,
  fit: readonly ImageRecord[],
): Promise<HeldOut[]> {
  if (model.decision.kind !== 'collaborative' || samples === undefined) return []
  const { labels } = model.decision
  const places = new Map(fit.map((record) => [record.id, record]))
  const records = samples.flatMap((id) => places.get(id) ?? [])
  const counts = labels.reduce((sum, label) => sum.set(label, (sum.get(label) ?? 0) + 1), new Map<number, number>())
  const isWhole = records.length === labels.length && [...counts.values()].every((count) => count > 1)
  if (!isWhole) return []
  return Promise.all(
    stratifiedFolds(labels, FOLDS, Prng.fromSeed(0)).map(async ({ held }) => ({
      model: await remove(model, held),
      records: Array.from(held, (row) => records[row]),
    })),
  )
}

/** Not more than {@link MOST}, from all over the list. */
function spread<T>(list: readonly T[]): T[] {
  const count = Math.min(MOST, list.length)
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)])
}

/** The share of images that are named correctly by their features [N, d], each by the model that was not fitted on it. */
async function accuracyOf(
  parts: readonly HeldOut[],
  records: readonly ImageRecord[],
  { data, shape: [, width] }: Matrix,
): Promise<number> {
  let right = 0
  for (const part of parts) {
    const own = new Set(part.records)
    const rows = [...records.keys()].filter((row) => own.has(records[row]))
    if (rows.length === 0) continue
    const features = new Float32Array(rows.length * width)
    for (const [i, row] of rows.entries()) features.set(data.subarray(row * width, (row + 1) * width), i * width)
    const { labels } = await predict(part.model, { data: features, shape: [rows.length, width] })
    right += rows.filter((row, i) => labels[i] === records[row].label).length
  }
  return right / records.length
}
