import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, it } from 'vitest'
import { type EngineName, loadEngine } from './engine.ts'

type Values = number[] | Float32Array
type Numbers = { values: Values; shape: number[] }
type Compute = (...tensors: tf.Tensor[]) => tf.Tensor[]
const prng = Prng.fromSeed(7)
const random = (...shape: number[]): Numbers => ({ values: prng.normals(shape.reduce((a, b) => a * b, 1)), shape })

/** tfjs wants a rounding mode with padding in pixels, and none with a named one. */
const rounding = (pad: string | number) => (typeof pad === 'number' ? 'floor' : undefined)

/** Where an engine cannot run here, the reason. */
const absent = new Map<EngineName, string>()
const present: EngineName[] = []
process.env.DML_CRC_WEBGPU_ALLOW_SOFTWARE = '1'
for (const prefer of ['wasm', 'tfjs-node', 'webgpu'] as const) {
  await loadEngine({ prefer }).then(
    () => present.push(prefer),
    (error: Error) => absent.set(prefer, error.message),
  )
}

it('wasm takes part in these comparisons', () => expect(present).toContain('wasm'))
for (const [name, reason] of absent) it(`${name} takes part in these comparisons`, ({ skip }) => skip(reason))

async function valuesOn(prefer: EngineName, inputs: Numbers[], compute: Compute): Promise<Float32Array[]> {
  await loadEngine({ prefer })
  const outputs = tf.tidy(() => compute(...inputs.map(({ values, shape }) => tf.tensor(values, shape, 'float32'))))
  const values = await Promise.all(outputs.map((output) => output.data<'float32'>()))
  tf.dispose(outputs)
  return values
}

/** TensorFlow has no padding in pixels, and tfjs-node says so. */
const without = (pad: string | number): EngineName[] => (typeof pad === 'number' ? ['tfjs-node'] : [])

/** Runs the same computation on every engine that is here; the cpu engine is the reference. */
async function expectSame(
  inputs: Numbers[],
  compute: Compute,
  { tolerance = 2e-5, except = [] }: { tolerance?: number; except?: EngineName[] } = {},
) {
  const expected = await valuesOn('cpu', inputs, compute)
  for (const name of present.filter((each) => !except.includes(each))) {
    const received = await valuesOn(name, inputs, compute)
    expectClose(received, expected, name, tolerance)
  }
}

function expectClose(received: Float32Array[], expected: ArrayLike<number>[], name: string, tolerance = 2e-5) {
  expected.forEach((values, i) => {
    let [scale, worst] = [1, 0]
    expect(received[i]!.length).toBe(values.length)
    for (let k = 0; k < values.length; k++) {
      scale = Math.max(scale, Math.abs(values[k]!))
      worst = Math.max(worst, Math.abs(values[k]! - received[i]![k]!))
    }
    expect(worst / scale, `output ${i} on ${name}`).toBeLessThan(tolerance)
  })
}

/** A filter with zeros between its taps, and where its own numbers are in that. */
function spreadByLoops({ values, shape }: Numbers, down: number, across: number) {
  const [height, width, inputs, outputs] = shape as [number, number, number, number]
  const wide = (width - 1) * across + 1
  const depth = inputs * outputs
  const spread = new Float32Array(((height - 1) * down + 1) * wide * depth)
  const taps = Array.from(values, (value, i) => {
    const [row, column] = [Math.floor(i / depth / width), Math.floor(i / depth) % width]
    const tap = (row * down * wide + column * across) * depth + (i % depth)
    spread[tap] = value
    return tap
  })
  return { filter: { values: spread, shape: [(height - 1) * down + 1, wide, inputs, outputs] }, taps }
}

/** The value of f and its gradients, each weighted by random numbers, so that no error can cancel. */
function withGradients(f: (...t: tf.Tensor[]) => tf.Tensor, weights: Numbers) {
  return (...inputs: tf.Tensor[]) => {
    const dy = tf.tensor(weights.values, weights.shape)
    return [f(...inputs), ...tf.grads(f)(inputs, dy)]
  }
}

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
      await expectSame([input, filter], withGradients(f, random(...info.outShape)), { except: without(pad) })
    }
  })

  it.each([
    ['an ordinary', tf.conv2d, 6, false],
    ['a depthwise', tf.depthwiseConv2d, 2, true],
  ] as const)(
    '%s one with dilation is one whose filter has zeros between its taps',
    async (_, convolve, out, depthwise) => {
      for (const dilation of [2, 3, [1, 2], [3, 2]] as const) {
        for (const pad of ['same', 'valid', 2] as const) {
          const [down, across] = typeof dilation === 'number' ? [dilation, dilation] : dilation
          const [input, filter] = [random(2, 11, 12, 4), random(3, 2, 4, out)]
          const spread = spreadByLoops(filter, down, across)
          const convolution = (dilations: typeof dilation) => (x: tf.Tensor, w: tf.Tensor) =>
            convolve(x as tf.Tensor4D, w as tf.Tensor4D, 1, pad, 'NHWC', dilations as number, rounding(pad))
          const { outShape } = tf.backend_util.computeConv2DInfo(
            [2, 11, 12, 4],
            spread.filter.shape as [number, number, number, number],
            1,
            1,
            pad,
            rounding(pad),
            depthwise,
          )
          const weights = random(...outShape)
          const [y, dx, dw] = await valuesOn('cpu', [input, spread.filter], withGradients(convolution(1 as 2), weights))
          const expected = [y!, dx!, spread.taps.map((tap) => dw![tap]!)]
          for (const name of ['cpu' as const, ...present].filter((each) => !without(pad).includes(each))) {
            expectClose(
              await valuesOn(name, [input, filter], withGradients(convolution(dilation), weights)),
              expected,
              name,
            )
          }
        }
      }
    },
  )

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const)('fused with a bias and %s', async (activation) => {
    for (const [side, strides] of [
      [3, 1],
      [1, 1],
      [1, 2],
    ] as const) {
      await expectSame([random(1, 6, 5, 8), random(side, side, 8, 9), random(9)], (x, filter, bias) => [
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          bias,
          strides,
          pad: 'same',
          activation,
        }),
      ])
    }
  })

  it('where the work is shared among threads and the depth is cut', async () => {
    const f = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')
    await expectSame([random(2, 17, 19, 40), random(3, 3, 40, 36)], withGradients(f, random(2, 17, 19, 36)), {
      tolerance: 1e-4,
    })
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

it.each(['linear', 'relu', 'relu6', 'elu'] as const)(
  'depthwise convolution fused with a bias and %s agrees with the cpu engine',
  async (activation) => {
    for (const [channels, multiplier, pad] of [
      [5, 1, 'same'],
      [24, 1, 'same'],
      [37, 1, 'valid'],
      [9, 3, 'same'],
    ] as const) {
      await expectSame(
        [random(2, 6, 5, channels), random(3, 5, channels, multiplier), random(channels * multiplier)],
        (x, filter, bias) => [
          tf.fused.depthwiseConv2d({
            x: tf.mul(x, 8) as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            bias,
            strides: 1,
            pad,
            activation,
          }),
        ],
      )
    }
  },
)

it('depthwise convolution of numbers that are not finite is not finite', async () => {
  const x = tf.fill([1, 4, 4, 11], Number.NaN) as tf.Tensor4D
  const y = await tf.depthwiseConv2d(x, tf.ones([3, 3, 11, 1]) as tf.Tensor4D, 1, 'same').data()
  expect(y.every(Number.isNaN)).toBe(true)
})

function inner(a: Values, b: Values): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

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
        const below = Float32Array.from(input.values, (v) => -Math.abs(v) - 1)
        const tied = Float32Array.from(below, (v) => Math.round(v * 2))
        const { outShape } = tf.backend_util.computePool2DInfo(
          [2, 9, 8, channels],
          size,
          strides,
          1,
          pad,
          rounding(pad),
        )
        const f = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, strides, pad, rounding(pad))
        const compute = withGradients(f, random(...outShape))
        await expectSame([{ ...input, values: below }], compute, { except: without(pad) })
        // Of values that are the same webgpu takes another one, which is as good.
        await expectSame([{ ...input, values: tied }], compute, { except: [...without(pad), 'webgpu'] })
      }
    }
  })

  it('averages, and the gradient is the adjoint of that: ⟨pool(x), dy⟩ = ⟨x, pool*(dy)⟩', async () => {
    for (const [size, strides, pad] of [
      [3, 2, 'same'],
      [2, 2, 'valid'],
      [3, 1, 'same'],
      [3, 2, 1],
      [5, 1, 'same'],
    ] as const) {
      const f = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, strides, pad, rounding(pad))
      const x = random(2, 7, 8, 3)
      const { outShape } = tf.backend_util.computePool2DInfo([2, 7, 8, 3], size, strides, 1, pad, rounding(pad))
      const dy = random(...outShape)
      const except = without(pad)
      await expectSame([x], withGradients(f, dy), { except })
      for (const name of ['cpu' as const, ...present].filter((each) => !except.includes(each))) {
        const [y, slope] = await valuesOn(name, [x], withGradients(f, dy))
        expect(inner(x.values, slope!), `${name} ${size} ${pad}`).toBeCloseTo(inner(y!, dy.values), 4)
      }
    }
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

it('wasm says of what it cannot multiply what to do', async () => {
  await loadEngine({ prefer: 'wasm' })
  tf.tidy(() => {
    const whole = tf.ones([2, 2], 'int32')
    expect(() => tf.matMul(whole, whole)).toThrow(/expected two float32 tensors, received int32 and int32. Cast them/)
    expect(() => tf.einsum('ij,jk->ik', tf.ones([2, 2]), tf.ones([2, 2]))).toThrow(/einsum.*Write it with tf.matMul/)
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
