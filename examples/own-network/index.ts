import { Prng } from '@dml-crc/core'
import { centerCrop, createLoader, demo, drawDemo, sequential } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, collaborativeObjective, featureBank, predict } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'

await loadEngine()
const prng = Prng.fromSeed(1)

// The images, 32×32: every fourth of the twenty kinds of drawn flowers, the five that differ most.
await drawDemo('flowers', { perClass: { train: 8, val: 1, test: 2 }, size: 64 })
const flowers = await demo('flowers')
async function imagesOf(split: string): Promise<{ images: tf.Tensor4D; labels: number[] }> {
  const records = (await flowers.split(split)).filter(({ label }) => label % 4 === 0)
  const loader = createLoader(records, {
    batchSize: records.length,
    transform: centerCrop({ size: 32 }),
    sampler: sequential,
  })
  for await (const { images, shape, labels } of loader) {
    return {
      images: tf.tidy(() => tf.div(tf.tensor4d(images, shape), 255)),
      labels: [...labels].map((label) => label / 4),
    }
  }
  throw new Error(`no image in ${split}`)
}
const [train, test] = [await imagesOf('train'), await imagesOf('test')]

// The network: any layers that end in a vector of features.
const WIDTH = 32
const network = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 16, kernelSize: 3, strides: 2, activation: 'relu' }),
    tf.layers.conv2d({ filters: WIDTH, kernelSize: 3, strides: 2, activation: 'relu' }),
    tf.layers.globalAveragePooling2d({}),
  ],
})
const featuresOf = (images: tf.Tensor4D) => network.apply(images) as tf.Tensor2D

// The loss, and the normalised features of all training images, which a batch is coded over.
const objective = await collaborativeObjective({
  dim: WIDTH,
  rank: 16,
  init: 'random',
  prng,
  lambda: 0.3,
  temperature: 10,
})
const count = train.labels.length
const bank = featureBank({ count, width: WIDTH })
async function refresh(indices: number[]): Promise<void> {
  const rows = tf.tidy(() => objective.normalise(featuresOf(tf.gather(train.images, indices))))
  bank.put(indices, await rows.data<'float32'>())
  rows.dispose()
}
const all = train.labels.map((_, i) => i)
await refresh(all)

const weights = network.trainableWeights.map((weight) => weight.read() as tf.Variable)
const variables = [...weights, ...objective.parameters.variables.values()]
const adam = tf.train.adam(0.01)
for (let step = 0; step < 40; step++) {
  const indices = prng.shuffle(all).slice(0, 20)
  const loss = adam.minimize(
    () => {
      const rows = objective.normalise(featuresOf(tf.gather(train.images, indices)))
      return objective.loss({
        queries: rows,
        labels: indices.map((i) => train.labels[i]),
        dictionary: bank.tensor({ rows, indices }),
        dictionaryLabels: Int32Array.from(train.labels),
        // No image is coded with itself.
        groups: { queries: indices, dictionary: bank.groups },
      })
    },
    true,
    variables,
  )!
  if (step % 13 === 0) console.log(`step ${step}: loss ${(await loss.data())[0].toFixed(2)}`) // step 0: loss …; step 39: loss …
  loss.dispose()
  await refresh(indices)
}

const model = await objective.model(bank.features, Int32Array.from(train.labels))
const { labels } = await predict(model, featuresOf(test.images))
console.log(`accuracy on new images ${accuracy(labels, Int32Array.from(test.labels))}`) // accuracy on new images 0…
