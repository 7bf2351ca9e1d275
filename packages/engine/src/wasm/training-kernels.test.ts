import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadEngine } from '../engine.ts'

type Values = number[] | Float32Array
type Numbers = { values: Values; shape: number[] }
const prng = Prng.fromSeed(7)
const random = (...shape: number[]): Numbers => ({ values: prng.normals(shape.reduce((a, b) => a * b, 1)), shape })

/** tfjs wants a rounding mode with padding in pixels, and none with a named one. */
const rounding = (pad: string | number) => (typeof pad === 'number' ? 'floor' : undefined)

/** Runs the same computation on both engines; the cpu engine is the reference. */
async function expectSame(inputs: Numbers[], compute: (...tensors: tf.Tensor[]) => tf.Tensor[], tolerance = 2e-5) {
  const results: Float32Array[][] = []
  for (const prefer of ['cpu', 'wasm'] as const) {
    await loadEngine({ prefer })
    const outputs = tf.tidy(() => compute(...inputs.map(({ values, shape }) => tf.tensor(values, shape, 'float32'))))
    results.push(outputs.map((t) => t.dataSync() as Float32Array))
    tf.dispose(outputs)
  }
  const [expected, received] = results as [Float32Array[], Float32Array[]]
  expected.forEach((values, i) => {
    const scale = Math.max(1, ...values.map(Math.abs))
    expect(received[i]!.length).toBe(values.length)
    let worst = 0
    values.forEach((v, k) => {
      worst = Math.max(worst, Math.abs(v - received[i]![k]!))
    })
    expect(worst / scale, `output ${i}`).toBeLessThan(tolerance)
  })
}

/** The value of f and its gradients, each weighted by random numbers, so that no error can cancel. */
function withGradients(f: (...t: tf.Tensor[]) => tf.Tensor, weights: Numbers) {
  return (...inputs: tf.Tensor[]) => {
    const dy = tf.tensor(weights.values, weights.shape)
    return [f(...inputs), ...tf.grads(f)(inputs, dy)]
  }
}

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
})
afterAll(() => tf.disposeVariables())

describe('convolution and its gradients agree with the cpu engine', () => {
  const grid = [1, 3, 4, 10].flatMap((channels) =>
    ([1, 2, 3, [2, 1]] as const).flatMap((strides) =>
      (['same', 'valid', 1, 0] as const).flatMap((pad) =>
        [
          [1, 1],
          [3, 3],
          [2, 5],
        ].map((size) => ({ channels, strides, pad, size })),
      ),
    ),
  )
  it(`on a grid of ${grid.length} shapes, strides and paddings`, async () => {
    for (const { channels, strides, pad, size } of grid) {
      const input = random(2, 7, 9, channels)
      const filter = random(size[0]!, size[1]!, channels, 5)
      const info = tf.backend_util.computeConv2DInfo(
        input.shape as [number, number, number, number],
        filter.shape as [number, number, number, number],
        strides as number,
        1,
        pad,
        'floor',
      )
      const f = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides as number, pad, 'NHWC', 1, rounding(pad))
      await expectSame([input, filter], withGradients(f, random(...info.outShape)))
    }
  })

  it('with dilation, forward', async () => {
    for (const dilation of [2, 3] as const) {
      await expectSame([random(2, 11, 12, 4), random(3, 3, 4, 6)], (x, w) => [
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', dilation),
      ])
    }
  })

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const)('fused with a bias and %s', async (activation) => {
    await expectSame([random(1, 6, 5, 8), random(3, 3, 8, 9), random(9)], (x, filter, bias) => [
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        bias,
        strides: 1,
        pad: 'same',
        activation,
      }),
    ])
  })

  it('where the work is shared among threads and the depth is cut', async () => {
    const f = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')
    await expectSame([random(2, 17, 19, 40), random(3, 3, 40, 36)], withGradients(f, random(2, 17, 19, 36)), 1e-4)
  })
})

it('depthwise convolution and its gradients agree with the cpu engine', async () => {
  for (const channels of [1, 3, 8]) {
    for (const multiplier of [1, 2]) {
      for (const strides of [1, 2, 3]) {
        for (const pad of ['same', 'valid'] as const) {
          const filter = random(3, 3, channels, multiplier)
          const input = random(2, 8, 9, channels)
          const f = (x: tf.Tensor, w: tf.Tensor) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
          const { outShape } = tf.backend_util.computeConv2DInfo(
            input.shape as [number, number, number, number],
            filter.shape as [number, number, number, number],
            strides,
            1,
            pad,
            undefined,
            true,
          )
          await expectSame([input, filter], withGradients(f, random(...outShape)))
        }
      }
    }
  }
})

describe('pooling', () => {
  it('sends the gradient to the first largest value of each window, also where none is above zero', async () => {
    for (const channels of [1, 4, 37]) {
      for (const [size, strides, pad] of [
        [2, 2, 'valid'],
        [3, 2, 'same'],
        [3, 1, 'same'],
        [2, 3, 1],
      ] as const) {
        const input = random(2, 9, 8, channels)
        // All below zero, with ties.
        const values = Float32Array.from(input.values as Float32Array, (v) => -Math.round(Math.abs(v) * 2) - 1)
        const { outShape } = tf.backend_util.computePool2DInfo(
          [2, 9, 8, channels],
          size,
          strides,
          1,
          pad,
          rounding(pad),
        )
        const f = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, strides, pad, rounding(pad))
        await expectSame([{ ...input, values }], withGradients(f, random(...outShape)))
      }
    }
  })

  it('averages with the right gradient', async () => {
    const f = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'same')
    await expectSame([random(2, 7, 7, 5)], withGradients(f, random(2, 4, 4, 5)))
  })
})

describe('matrix products agree with the cpu engine', () => {
  const shapes = [
    [1, 1, 1],
    [3, 5, 2],
    [4, 8, 8],
    [17, 33, 9],
    [70, 300, 65],
  ] as const
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      it(`transposeA ${transposeA}, transposeB ${transposeB}, with gradients`, async () => {
        for (const [m, k, n] of shapes) {
          const a = transposeA ? random(2, k, m) : random(2, m, k)
          const b = transposeB ? random(2, n, k) : random(2, k, n)
          const f = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB)
          await expectSame([a, b], withGradients(f, random(2, m, n)))
        }
      })
    }
  }

  it('repeats broadcast batches', async () => {
    await expectSame([random(3, 4), random(2, 3, 4, 2)], (a, b) => [tf.matMul(a, b)])
  })

  it('fused with bias and activation', async () => {
    await expectSame([random(5, 6), random(6, 9), random(9)], (a, b, bias) => [
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, activation: 'relu' }),
    ])
  })
})

it('unsortedSegmentSum adds the rows of each segment, and gather has its gradient', async () => {
  await expectSame([random(6, 3)], (x) => [
    tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 3, 0, 2], 'int32'), 5),
    tf.grad((y: tf.Tensor) => tf.gather(y, tf.tensor1d([1, 1, 5, 0], 'int32')))(x, tf.mul(tf.ones([4, 3]), 2)),
  ])
})

it('a step of a small network changes its weights as on the cpu engine', async () => {
  const image = random(2, 8, 8, 3)
  const weights = [random(3, 3, 3, 8), random(8), random(3, 3, 8, 16), random(16), random(64, 5)]
  await expectSame([image, ...weights], (x, ...w) => {
    const loss = (...v: tf.Tensor[]) => {
      const [w1, b1, w2, b2, w3] = v as tf.Tensor[]
      let h = tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, w1 as tf.Tensor4D, 1, 'same'), b1!))
      h = tf.maxPool(h as tf.Tensor4D, 2, 2, 'valid')
      h = tf.relu(tf.add(tf.conv2d(h as tf.Tensor4D, w2 as tf.Tensor4D, 1, 'same'), b2!))
      h = tf.maxPool(h as tf.Tensor4D, 2, 2, 'valid')
      const logits = tf.matMul(tf.reshape(h, [2, 64]), w3 as tf.Tensor2D)
      return tf.losses.softmaxCrossEntropy(tf.oneHot([1, 4], 5), tf.mul(logits, 0.05)) as tf.Scalar
    }
    return tf.grads(loss)(w)
  })
})
