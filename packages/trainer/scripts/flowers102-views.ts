// Oxford Flowers 102, frozen MobileNetV1: CRC, ProCRC and DML-CRC on the mean features of several views of each image.
// DML-CRC also learns from the single views, of which random crops are more. Fit on train, reported on val with tests of
// significance. Every option was chosen by five folds inside train (--select).
//
//   node --conditions=@dml-crc/source --import tsx scripts/flowers102-views.ts DATA WEIGHTS OUT.json
//   node --conditions=@dml-crc/source --import tsx scripts/flowers102-views.ts DATA WEIGHTS --select '{"steps":50}'
import { cpus } from 'node:os'
import { createBackbone } from '@dml-crc/backbones'
import { homeFolder, Prng, writeJsonAtomic } from '@dml-crc/core'
import { augment, centerCrop, flowers102, type ImageRecord, mirrored, randomResizedCrop } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import {
  accuracy,
  bootstrapInterval,
  type Classifier,
  crc,
  crcGrid,
  dmlCrcGradient,
  hits,
  type Matrix,
  mcnemar,
  predict,
  proCrc,
  stratifiedFolds,
} from '@dml-crc/metric'
import { extractFeatures } from '@dml-crc/trainer'

const [data, weights, out, changes = '{}'] = process.argv.slice(2)
const CRC = 'CRC, λ and rule by leave-one-out'
const SEEDS = [0, 1, 2, 3, 4]
const SHORT_SIDES = [224, 240, 288]
const RANDOM = { views: 12, scale: [0.3, 1] as const }
const options = { steps: 100, noise: 0.5, ...JSON.parse(changes) }

const engine = await loadEngine()
const backbone = await createBackbone('mobilenet_v1', { weights })
const set = await flowers102.open(data)

/** Views of images: [views][N, d], features as the backbone gives them. */
interface Views {
  /** Those that every image is looked at by: each short side, and its mirror image. */
  fixed: Matrix[]
  random: Matrix[]
  labels: Int32Array
}

async function viewsOf(records: readonly ImageRecord[], random: number): Promise<Views> {
  const shared = { backbone, records, cacheFolder: homeFolder('features') }
  const fixed: Matrix[] = []
  let labels = new Int32Array(0)
  for (const resize of SHORT_SIDES) {
    const middle = centerCrop({ size: 224, resize })
    for (const transform of [middle, mirrored(middle)]) {
      const taken = await extractFeatures({ ...shared, transform })
      fixed.push(taken.features)
      labels = Int32Array.from(taken.labels)
    }
  }
  if (random === 0) return { fixed, random: [], labels }
  const transform = augment(randomResizedCrop({ size: 224, scale: RANDOM.scale }), { flip: 0.5 })
  const { features } = await extractFeatures({ ...shared, transform, views: random })
  const [n, d] = [records.length, backbone.featureSize]
  const one = (v: number): Matrix => ({ data: features.data.subarray(v * n * d, (v + 1) * n * d), shape: [n, d] })
  return { fixed, random: Array.from({ length: random }, (_, v) => one(v)), labels }
}

const pick = ({ data, shape: [, d] }: Matrix, rows: ArrayLike<number>): Matrix => {
  const out = new Float32Array(rows.length * d)
  Array.from(rows).forEach((row, i) => {
    out.set(data.subarray(row * d, (row + 1) * d), i * d)
  })
  return { data: out, shape: [rows.length, d] }
}

const part = ({ fixed, random, labels }: Views, rows: Int32Array): Views => ({
  fixed: fixed.map((view) => pick(view, rows)),
  random: random.map((view) => pick(view, rows)),
  labels: rows.map((row) => labels[row]) as Int32Array,
})

const mean = (views: readonly Matrix[]): Matrix => ({
  data: views[0].data.map((_, i) => views.reduce((sum, view) => sum + view.data[i], 0) / views.length),
  shape: views[0].shape,
})

const stack = (views: readonly Matrix[]): Matrix => {
  const [n, d] = views[0].shape
  const data = new Float32Array(views.length * n * d)
  views.forEach((view, v) => {
    data.set(view.data, v * n * d)
  })
  return { data, shape: [views.length * n, d] }
}

async function predictBy(classifier: Classifier, fit: Views, test: Views) {
  return (await predict(await classifier.fit(mean(fit.fixed), fit.labels), mean(test.fixed))).labels
}

async function learned(fit: Views, test: Views, seed: number): Promise<Int32Array> {
  const views = [...fit.fixed, ...fit.random]
  const n = fit.labels.length
  const groups = Array.from({ length: views.length * n }, (_, i) => i % n)
  const labels = groups.map((i) => fit.labels[i])
  const model = await dmlCrcGradient.make(options, { prng: Prng.fromSeed(seed) }).fit(stack(views), labels, { groups })
  return (await predict(model, mean(test.fixed))).labels
}

/** What every method predicts, by its name; λ of CRC chosen by leave-one-out inside the fit set. */
async function predictions(fit: Views, test: Views, seeds: readonly number[]) {
  const { best } = await crcGrid(mean(fit.fixed), fit.labels)
  const all: Record<string, Int32Array> = {
    [CRC]: await predictBy(crc.make({ lambda: best.lambda, rule: best.rule }), fit, test),
    'CRC, fixed protocol': await predictBy(crc.make({ lambda: 0.3, signedSquareRoot: false }), fit, test),
    'ProCRC, λ=1, γ=0.1': await predictBy(proCrc.make({ lambda: 1, gamma: 0.1 }), fit, test),
  }
  for (const seed of seeds) all[`DML-CRC, seed ${seed}`] = await learned(fit, test, seed)
  return all
}

const train = await viewsOf(await set.split('train'), RANDOM.views)
if (out === '--select') {
  const right = new Map<string, number>()
  for (const { fit, held } of stratifiedFolds(train.labels, 5, Prng.fromSeed(11))) {
    const test = part(train, held)
    for (const [name, predicted] of Object.entries(await predictions(part(train, fit), test, [0]))) {
      right.set(name, (right.get(name) ?? 0) + hits(predicted, test.labels).reduce((a, b) => a + b, 0))
    }
  }
  for (const [name, count] of right) console.log(`${name.padEnd(24)} ${(count / train.labels.length).toFixed(4)}`)
} else {
  const val = await viewsOf(await set.split('val'), 0)
  const all = await predictions(train, val, SEEDS)
  const plain = hits(all[CRC], val.labels)
  const ours = SEEDS.map((seed) => all[`DML-CRC, seed ${seed}`])
  const gains = plain.map(
    (hit, i) => ours.reduce((sum, p) => sum + (p[i] === val.labels[i] ? 1 : 0), 0) / ours.length - hit,
  )
  await writeJsonAtomic(out, {
    experiment: 'flowers102, frozen features of several views',
    split: { fit: 'train', select: 'five folds of train', test: 'val' },
    backbone: 'mobilenet_v1',
    views: { fit: SHORT_SIDES.length * 2 + RANDOM.views, test: SHORT_SIDES.length * 2 },
    engine: { name: engine.name, library: engine.library, threads: engine.threads },
    machine: cpus()[0].model,
    options,
    top1: Object.fromEntries(Object.entries(all).map(([name, predicted]) => [name, accuracy(predicted, val.labels)])),
    meanOfSeeds: ours.reduce((sum, p) => sum + accuracy(p, val.labels), 0) / ours.length,
    [`against ${CRC}`]: {
      mcnemar: ours.map((p) => mcnemar(p, all[CRC], val.labels)),
      gainOfMean: bootstrapInterval(gains, { prng: Prng.fromSeed(0), resamples: 10_000 }),
    },
    seconds: Math.round(performance.now()) / 1000,
  })
}
backbone.dispose()
