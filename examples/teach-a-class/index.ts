import { createBackbone } from '@dml-crc/backbones'
import { centerCrop, demo, drawDemo } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { add, fitDmlCrc, type Model, predict, remove } from '@dml-crc/metric'
import { extractFeatures } from '@dml-crc/trainer'

await loadEngine()
await drawDemo('flowers', { perClass: { train: 8, val: 1, test: 2 }, size: 64 })
const { classes, split } = await demo('flowers')
const backbone = await createBackbone('tiny_vgg', { weights: 'none' })

/** The features of the first images of some kinds, of which every fourth is taken. */
async function featuresOf(name: 'train' | 'test', kinds: readonly number[], each = 8) {
  const all = (await split(name)).map((record) => ({ ...record, label: record.label / 4 }))
  const records = kinds.flatMap((kind) => all.filter(({ label }) => label === kind).slice(0, each))
  return extractFeatures({ backbone, records, transform: centerCrop({ size: backbone.inputSize }) })
}
const nameOf = (kind: number) => classes[4 * kind]

// Four kinds are known; then three images of a fifth come.
const known = [0, 1, 2, 3]
const taught = 4
const { features, labels } = await featuresOf('train', known)
const four = await fitDmlCrc(features, labels, { classNames: known.map(nameOf) })
const few = await featuresOf('train', [taught], 3)
const five = await add(four, few.features, few.labels, { classNames: [nameOf(taught)] })

const test = await featuresOf('test', [...known, taught])
async function right(model: Model): Promise<number> {
  const { labels } = await predict(model, test.features)
  return labels.filter((label, i) => label === test.labels[i]).length
}
console.log(`before: ${await right(four)} of ${test.labels.length} right`) // before: … of 10 right
console.log(`after three images of a ${nameOf(taught)}: ${await right(five)} right`) // after three images of a field poppy: … right

// The samples of the new class are the last three; without them the model is the old one.
const again = await remove(five, [32, 33, 34])
console.log(again.classNames?.length) // 4
