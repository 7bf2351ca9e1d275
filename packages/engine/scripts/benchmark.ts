// Times what matters to this project on one engine. From the root of the checkout:
//   node --conditions=@dml-crc/source --import tsx packages/engine/scripts/benchmark.ts wasm
import { performance } from 'node:perf_hooks'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { cholesky, choleskySolve, solve } from '@dml-crc/engine/linalg'

const { tf, ...engine } = await loadEngine({ prefer: process.argv[2] as EngineName | undefined })
console.log(engine)

/** Prints the shortest wall time of some runs, and the processor time of that run: the two differ on a busy machine. */
async function time(label: string, act: () => { data(): Promise<unknown> }, runs = 5): Promise<void> {
  let wall = Number.POSITIVE_INFINITY
  let processor = 0
  for (let run = 0; run < runs; run++) {
    tf.engine().startScope()
    const before = process.cpuUsage()
    const start = performance.now()
    await act().data()
    const elapsed = performance.now() - start
    if (elapsed < wall) {
      wall = elapsed
      const { user, system } = process.cpuUsage(before)
      processor = (user + system) / 1000
    }
    tf.engine().endScope()
  }
  console.log(
    `${label.padEnd(46)} ${wall.toFixed(1).padStart(9)} ms   processor ${processor.toFixed(1).padStart(9)} ms`,
  )
}

for (const n of [512, 1024]) {
  const x = tf.randomNormal([n, n])
  const a = tf.add(tf.div(tf.matMul(x, x, false, true), n), tf.eye(n))
  const b = tf.randomNormal([n, 32])
  const l = cholesky(a)
  await time(`matMul ${n}`, () => tf.matMul(a, x))
  await time(`cholesky ${n}`, () => cholesky(a))
  await time(`choleskySolve ${n}, 32 right-hand sides`, () => choleskySolve(l, b))
  await time(`solve ${n} positive definite, 32`, () => solve(a, b, { positiveDefinite: true }))
  await time(`solve ${n} general, 32`, () => solve(a, b))
}

type Layer = [number, number] | 'pool'
const vgg19: Layer[] = [
  64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0,
].map((width, i, all) => (width === 0 ? 'pool' : [i === 0 ? 3 : all[i - 1] || all[i - 2]!, width]))
const weights = vgg19.map((layer) =>
  layer === 'pool' ? undefined : tf.variable(tf.randomNormal<4>([3, 3, ...layer], 0, Math.sqrt(2 / 9 / layer[0]))),
)
const image = tf.randomNormal<4>([1, 224, 224, 3])
const features = () =>
  vgg19.reduce<import('@tensorflow/tfjs').Tensor4D>(
    (h, _, i) => (weights[i] ? tf.relu(tf.conv2d(h, weights[i] as never, 1, 'same')) : tf.maxPool(h, 2, 2, 'valid')),
    image as never,
  )
await time('VGG-19 convolutions, forward, 224²', features, 3)
const optimiser = tf.train.sgd(1e-6)
await time('VGG-19 convolutions, training step, 224²', () => optimiser.minimize(() => tf.mean(features()), true)!, 3)

const mobileNet = [
  [32, 1, 64],
  [64, 2, 128],
  [128, 1, 128],
  [128, 2, 256],
  [256, 1, 256],
  [256, 2, 512],
]
for (let i = 0; i < 5; i++) mobileNet.push([512, 1, 512])
mobileNet.push([512, 2, 1024], [1024, 1, 1024])
const separable = mobileNet.map(([input, stride, output]) => ({
  stride: stride!,
  depthwise: tf.randomNormal([3, 3, input!, 1]),
  pointwise: tf.randomNormal([1, 1, input!, output!]),
  biases: [tf.zeros([input!]), tf.zeros([output!])],
}))
const stem = tf.randomNormal([3, 3, 3, 32])
await time('MobileNetV1, forward, 224²', () => {
  let h = tf.relu6(tf.conv2d(image as never, stem as never, 2, 'same'))
  for (const { stride, depthwise, pointwise, biases } of separable) {
    const shared = { pad: 'same', activation: 'relu6' } as const
    const d = { x: h, filter: depthwise as never, bias: biases[0]!, strides: stride, ...shared }
    h = tf.fused.depthwiseConv2d(d as never)
    h = tf.fused.conv2d({ x: h, filter: pointwise as never, bias: biases[1]!, strides: 1, ...shared } as never)
  }
  return tf.mean(h)
})
