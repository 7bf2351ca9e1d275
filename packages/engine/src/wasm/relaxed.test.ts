import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { loadEngine } from '../engine.ts'
import { cholesky } from '../linalg/index.ts'

const kernels = (name: string) => readFileSync(new URL(`../../assembly/${name}.wasm`, import.meta.url))
// Node 20 has relaxed SIMD behind this flag; later ones have it without, and print that they do not know the flag.
if (!WebAssembly.validate(kernels('kernels-relaxed'))) setFlagsFromString('--experimental-wasm-relaxed-simd')
const accepted = WebAssembly.validate(kernels('kernels-relaxed'))
const { library } = await loadEngine({ prefer: 'wasm' })

const prng = Prng.fromSeed(3)
const random = (...shape: number[]) => ({ data: prng.normals(shape.reduce((a, b) => a * b, 1)), shape })
const [a, b] = [random(70, 300), random(300, 45)]
const [image, filter, taps] = [random(2, 9, 9, 12), random(3, 3, 12, 20), random(3, 3, 12, 1)]

const computations: Record<string, () => tf.Tensor> = {
  'a matrix product': () => tf.matMul(tensor(a), tensor(b)),
  'a convolution': () => tf.conv2d(tensor<tf.Rank.R4>(image), tensor<tf.Rank.R4>(filter), 1, 'same'),
  'the gradient in its filter': () =>
    tf.grad((w) => tf.conv2d(tensor<tf.Rank.R4>(image), w as tf.Tensor4D, 1, 'same'))(tensor(filter)),
  'a depthwise convolution': () => tf.depthwiseConv2d(tensor<tf.Rank.R4>(image), tensor<tf.Rank.R4>(taps), 1, 'same'),
  'a factorisation': () => {
    const x = tensor<tf.Rank.R2>(a)
    return cholesky(tf.add(tf.matMul(x, x, false, true), tf.eye(70)) as tf.Tensor2D)
  },
}

function tensor<R extends tf.Rank>({ data, shape }: { data: Float32Array; shape: number[] }): tf.Tensor<R> {
  return tf.tensor(data, shape as never)
}

async function valuesOn(prefer: 'wasm' | 'cpu', compute: () => tf.Tensor): Promise<Float32Array> {
  await loadEngine({ prefer })
  const result = tf.tidy(compute)
  const values = await result.data<'float32'>()
  result.dispose()
  return values
}

it('the kernels without relaxed SIMD run wherever wasm has SIMD and threads', () =>
  expect(WebAssembly.validate(kernels('kernels'))).toBe(true))

describe('kernels with fused multiply-add', () => {
  it.skipIf(!accepted)('are taken where WebAssembly accepts them, and the engine says so', () =>
    expect(library).toMatch(/, relaxed SIMD$/),
  )
  it.skipIf(accepted)('are absent: this Node has no relaxed SIMD', () => expect(library).not.toMatch(/relaxed/))

  for (const [name, compute] of Object.entries(computations)) {
    it.skipIf(!accepted)(`give ${name} as the cpu engine does`, async () => {
      const [received, expected] = [await valuesOn('wasm', compute), await valuesOn('cpu', compute)]
      const scale = Math.max(...expected.map(Math.abs))
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - received[i]!)))
      expect(worst / scale).toBeLessThan(2e-5)
    })
  }
})
