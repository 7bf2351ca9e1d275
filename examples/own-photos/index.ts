import { cp, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createBackbone } from '@dml-crc/backbones'
import { centerCrop, demo, drawDemo, folder } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, fitDmlCrc, predict } from '@dml-crc/metric'
import { exportModel, extractFeatures, loadExport, predict as predictImages } from '@dml-crc/trainer'

await loadEngine()

// Drawn flowers stand for your photographs: a folder for each class.
await drawDemo('flowers', { perClass: { train: 8, val: 1, test: 2 }, size: 64 })
const flowers = await demo('flowers')
for (const { path, label } of (await flowers.split('train')).filter(({ label }) => label % 4 === 0)) {
  const place = join('photos', flowers.classes[label])
  await mkdir(place, { recursive: true })
  await cp(path, join(place, basename(path)))
}

// A quarter of each class is kept to measure with.
const photos = await folder('photos', { fractions: { train: 0.75, test: 0.25 } })
const backbone = await createBackbone('tiny_vgg', { weights: 'none' })
const transform = centerCrop({ size: backbone.inputSize })
const featuresOf = async (split: string) =>
  extractFeatures({ backbone, records: await photos.split(split), transform, cacheFolder: 'features' })
const [train, test] = [await featuresOf('train'), await featuresOf('test')]

const model = await fitDmlCrc(train.features, train.labels, { classNames: photos.classes })
const { labels } = await predict(model, test.features)
console.log(`${labels.length} photographs, accuracy ${accuracy(labels, test.labels)}`) // 10 photographs, accuracy …

// One folder with network and classifier, also for browsers and TensorFlow; it classifies image files.
await exportModel('model', { backbone, model })
const [{ className, top }] = await predictImages(await loadExport('model'), (await photos.split('test'))[0].path)
console.log(`${className}, probability ${top[0].probability.toFixed(2)}`) // …, probability …
