import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { type EngineName, loadEngine } from '../engine.ts'
import type { EngineMeasurement } from './report.ts'

/** Loads one engine and measures it. Meant for a process of its own: see try-engine.ts. */
export async function measureEngine(name: EngineName): Promise<EngineMeasurement> {
  const { library, device, threads } = await loadEngine({ prefer: name })
  const small = name === 'cpu'
  const matrixGflops = await matrixSpeed(small ? 256 : 1024)
  const convolutionGflops = await convolutionSpeed(small ? 14 : 112)
  const received = await trainingStep()
  await loadEngine({ prefer: 'cpu' })
  const expected = await trainingStep()
  return {
    library,
    device,
    threads,
    matrixGflops,
    convolutionGflops,
    trainingDifference: largestDifference(expected, received),
  }
}

async function matrixSpeed(n: number): Promise<number> {
  const a = tf.randomNormal([n, n])
  const gflops = (2 * n ** 3) / 1e9 / (await seconds(() => tf.matMul(a, a)))
  a.dispose()
  return gflops
}

async function convolutionSpeed(size: number): Promise<number> {
  const x = tf.randomNormal<tf.Rank.R4>([1, size, size, 64])
  const w = tf.randomNormal<tf.Rank.R4>([3, 3, 64, 64])
  const gflops = (2 * size ** 2 * 9 * 64 * 64) / 1e9 / (await seconds(() => tf.conv2d(x, w, 1, 'same')))
  tf.dispose([x, w])
  return gflops
}

/** No further run begins once those before have taken this long: a software GPU needs minutes for all. */
const ENOUGH_MS = 5000

/** The shortest of some runs, the first only where it is the only one, each waited for by reading one of its numbers. */
async function seconds(act: () => tf.Tensor): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY
  let total = 0
  for (let run = 0; run < 4 && total < ENOUGH_MS; run++) {
    const start = performance.now()
    const result = act()
    const one = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1))
    await one.data()
    const taken = performance.now() - start
    total += taken
    shortest = run === 1 ? taken : Math.min(shortest, taken)
    tf.dispose([result, one])
  }
  return shortest / 1000
}

/** The gradients of a small VGG's loss: convolutions, pooling, a dense layer, cross-entropy; the same on each engine. */
async function trainingStep(): Promise<Float32Array[]> {
  const prng = Prng.fromSeed(1)
  const random = (shape: number[], scale: number) =>
    tf.mul(tf.tensor(prng.normals(shape.reduce((a, b) => a * b, 1)), shape), scale)
  const gradients = tf.tidy(() => {
    const x = random([2, 16, 16, 3], 1) as tf.Tensor4D
    const weights = [random([3, 3, 3, 8], 0.3), random([3, 3, 8, 16], 0.2), random([256, 5], 0.1)]
    const loss = (...[first, second, dense]: tf.Tensor[]) => {
      let h = tf.maxPool(tf.relu(tf.conv2d(x, first as tf.Tensor4D, 1, 'same')) as tf.Tensor4D, 2, 2, 'valid')
      h = tf.maxPool(tf.relu(tf.conv2d(h, second as tf.Tensor4D, 1, 'same')), 2, 2, 'valid')
      const logits = tf.matMul(tf.reshape(h, [2, 256]), dense as tf.Tensor2D)
      return tf.losses.softmaxCrossEntropy(tf.oneHot([1, 3], 5), logits) as tf.Scalar
    }
    return tf.grads(loss)(weights)
  })
  const values = await Promise.all(gradients.map((gradient) => gradient.data<'float32'>()))
  tf.dispose(gradients)
  return values
}

function largestDifference(expected: Float32Array[], received: Float32Array[]): number {
  let difference = 0
  let scale = 0
  expected.forEach((values, i) => {
    values.forEach((value, k) => {
      difference = Math.max(difference, Math.abs(value - received[i]![k]!))
      scale = Math.max(scale, Math.abs(value))
    })
  })
  return difference / scale
}
