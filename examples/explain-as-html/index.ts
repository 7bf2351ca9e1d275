import { readFile, writeFile } from 'node:fs/promises'
import { createBackbone } from '@dml-crc/backbones'
import { centerCrop, demo, drawDemo, type ImageRecord } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { explain, fitDmlCrc } from '@dml-crc/metric'
import { extractFeatures } from '@dml-crc/trainer'

await loadEngine()
await drawDemo('flowers', { perClass: { train: 8, val: 1, test: 2 }, size: 64 })
const { classes, split } = await demo('flowers')
const [train, test] = [await split('train'), (await split('test')).filter((_, i) => i % 10 === 0)]

const backbone = await createBackbone('tiny_vgg', { weights: 'none' })
const featuresOf = (records: readonly ImageRecord[]) =>
  extractFeatures({ backbone, records, transform: centerCrop({ size: backbone.inputSize }) })
const { features, labels } = await featuresOf(train)
const model = await fitDmlCrc(features, labels)
const explanations = await explain(model, (await featuresOf(test)).features, { top: 6 })

const picture = async ({ path }: ImageRecord, text: string) =>
  `<figure><img alt="" src="data:image/jpeg;base64,${await readFile(path, 'base64')}"><figcaption>${text}</figcaption></figure>`
const sections = explanations.map(async ({ predicted, samples, share }, i) => {
  const query = await picture(
    test[i],
    `<b>${classes[predicted]}</b>, ${(100 * share[predicted]).toFixed(0)} % of the code`,
  )
  const support = samples.map(({ index, label, code }) =>
    picture(train[index], `${classes[label]}<br>${code.toFixed(3)}`),
  )
  return `<section>${query}→${(await Promise.all(support)).join('')}</section>`
})
const style =
  'section { display: flex; align-items: center; gap: 1em } figure { margin: .5em; font: 13px sans-serif; width: 8em }'
await writeFile(
  'explanation.html',
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Explanations</title><style>${style}</style>
<p>Left: a new image and its predicted class. Right: the training images with the largest codes.</p>
${(await Promise.all(sections)).join('\n')}</html>`,
)
console.log(`explanation.html has ${explanations.length} images`) // explanation.html has 4 images
