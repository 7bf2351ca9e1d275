// Oxford Flowers 102, MobileNetV1: CRC, DML-CRC on frozen features, softmax fine-tuned, DML-CRC end to end.
// Fit on train, reported on val. Every option below was chosen on an inner split of train (--select).
//
//   node --conditions=@dml-crc/source --import tsx scripts/flowers102-end-to-end.ts DATA WEIGHTS OUT.json
//   node --conditions=@dml-crc/source --import tsx scripts/flowers102-end-to-end.ts DATA WEIGHTS --select '{"learningRate":1e-3}'
import { cpus } from 'node:os'
import { createBackbone } from '@dml-crc/backbones'
import { Prng, writeJsonAtomic } from '@dml-crc/core'
import { centerCrop, createLoader, flowers102, type ImageRecord, randomResizedCrop, shuffled } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, crc, dmlCrcGradient, type Model, predict, resumeObjective } from '@dml-crc/metric'
import {
  adamW,
  dmlCrcTask,
  extractFeatures,
  fit,
  progress,
  softmaxTask,
  type Task,
  warmUpCosine,
} from '@dml-crc/trainer'

const [data, weights, out, changes = '{}'] = process.argv.slice(2)

const options = {
  seeds: [0, 1, 2],
  /** Blocks of the backbone from this one on are trained. */
  trainFrom: 5,
  epochs: 6,
  /** As in the frozen metric: without it L goes on to fit single training images. */
  noise: 1,
  batchSize: 32,
  cropScale: 0.4,
  learningRate: 1e-3,
  /** Factors on the learning rate. */
  rates: { backbone: 0.1, metric: 0.3, scalars: 0.3 },
  frozen: {},
  crcLambda: 0.3,
  softmax: { seeds: [0, 1, 2], epochs: 6, learningRate: 1e-2, backboneRate: 0.03 },
  ...JSON.parse(changes),
}
const engine = await loadEngine()
const set = await flowers102.open(data)
const official = await set.split('train')
const select = out === '--select'

/** Three of each class's ten training images stand for the unseen ones. */
function innerSplit(records: readonly ImageRecord[]): { fit: ImageRecord[]; held: ImageRecord[] } {
  const held = new Set<ImageRecord>()
  const prng = Prng.fromSeed(7)
  for (let label = 0; label < set.classes.length; label++) {
    for (const record of prng.shuffle(records.filter((r) => r.label === label)).slice(0, 3)) held.add(record)
  }
  return { fit: records.filter((r) => !held.has(r)), held: [...held] }
}

const split = select ? innerSplit(official) : { fit: official, held: await set.split('val') }
const center = centerCrop({ size: 224 })
const augment = randomResizedCrop({ size: 224, scale: [options.cropScale, 1] })
const rows: { method: string; seed: number; top1: number; seconds: number }[] = []

async function newBackbone() {
  const backbone = await createBackbone('mobilenet_v1', { weights })
  for (const [name, variable] of backbone.variables) {
    variable.trainable = Number(name.match(/\d+/)?.[0] ?? 0) >= options.trainFrom
  }
  return backbone
}

async function train(
  task: Task,
  seed: number,
  { epochs, learningRate }: { epochs: number; learningRate: number },
): Promise<void> {
  const loader = createLoader(split.fit, {
    batchSize: options.batchSize,
    transform: augment,
    sampler: shuffled,
    prng: Prng.fromSeed(seed),
  })
  await fit(task, {
    loader,
    epochs,
    optimizer: adamW(),
    learningRate,
    schedule: warmUpCosine({ warmUp: 0.1 }),
    callbacks: [progress({ label: `${task.name} seed ${seed}` })],
  })
}

async function report(method: string, seed: number, begun: number, predicted: Int32Array): Promise<void> {
  const seconds = Math.round(performance.now() - begun) / 1000
  const truth = Int32Array.from(split.held, ({ label }) => label)
  const row = { method, seed, top1: accuracy(predicted, truth), seconds }
  rows.push(row)
  console.error(JSON.stringify(row))
  if (!select) await write()
}

async function write(): Promise<void> {
  const mean = (method: string) => {
    const own = rows.filter((row) => row.method === method)
    return own.reduce((sum, row) => sum + row.top1, 0) / own.length
  }
  const means = Object.fromEntries([...new Set(rows.map((row) => row.method))].map((method) => [method, mean(method)]))
  await writeJsonAtomic(out, {
    experiment: 'flowers102 end to end',
    split: { fit: 'train', select: 'inner split of train', test: 'val' },
    backbone: 'mobilenet_v1',
    engine: { name: engine.name, library: engine.library, threads: engine.threads },
    machine: cpus()[0].model,
    options,
    means,
    rows,
    seconds: Math.round(performance.now()) / 1000,
  })
}

const pristine = await newBackbone()
const dictionary = await extractFeatures({ backbone: pristine, records: split.fit, transform: center })
const queries = await extractFeatures({ backbone: pristine, records: split.held, transform: center })
pristine.dispose()

const begun = performance.now()
const plain = await crc.make({ lambda: options.crcLambda }).fit(dictionary.features, dictionary.labels)
await report('CRC', 0, begun, (await predict(plain, queries.features)).labels)

async function classify(model: Model, backbone: Awaited<ReturnType<typeof newBackbone>>) {
  const { features } = await extractFeatures({ backbone, records: split.held, transform: center })
  return (await predict(model, features)).labels
}

for (const seed of options.seeds) {
  let begun = performance.now()
  const prng = Prng.fromSeed(seed)
  const frozen = await dmlCrcGradient.make(options.frozen, { prng }).fit(dictionary.features, dictionary.labels)
  await report('DML-CRC frozen', seed, begun, (await predict(frozen, queries.features)).labels)

  begun = performance.now()
  const backbone = await newBackbone()
  const task = dmlCrcTask({
    backbone,
    records: split.fit,
    transform: center,
    objective: resumeObjective(frozen, { noise: options.noise, prng: Prng.fromSeed(seed).split('noise') }),
    rates: options.rates,
    refreshEvery: options.epochs,
  })
  await train(task, seed, options)
  await report('DML-CRC end to end', seed, begun, await classify(await task.model(), backbone))
  task.dispose()
  backbone.dispose()
}

for (const seed of options.softmax.seeds) {
  const begun = performance.now()
  const other = await newBackbone()
  const { backboneRate } = options.softmax
  const baseline = softmaxTask({ backbone: other, classes: 102, prng: Prng.fromSeed(seed), backboneRate })
  await train(baseline, seed, options.softmax)
  await report('softmax fine-tuned', seed, begun, await classify(await baseline.model(), other))
  baseline.dispose()
  other.dispose()
}
