import { fileURLToPath } from 'node:url'
import { Prng, readSafetensors, type Safetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { hashedNumbers } from '../testing/hashed-numbers.ts'
import { relativeError } from '../testing/relative-error.ts'
import { torchDialect } from '../weights/naming.ts'
import { activate } from './activation.ts'
import type { LayerPlan, Pass, Scope } from './layer.ts'
import { layerNorm } from './norm/layer-norm.ts'
import { responseNorm } from './norm/response-norm.ts'
import type { Parameter } from './parameter.ts'
import { attend } from './transformer/attend.ts'
import { resizingMatrix } from './transformer/position.ts'

let goldens: Safetensors

beforeAll(async () => {
  await loadEngine()
  goldens = await readSafetensors(fileURLToPath(new URL('../testdata/layer-goldens.safetensors', import.meta.url)))
})

const golden = (name: string) => goldens.tensors.get(name)!.data as Float32Array
const hashed = (name: string, shape: number[]) =>
  tf.tensor(
    hashedNumbers(
      name,
      shape.reduce((a, b) => a * b),
    ),
    shape,
  )

/** Compares the output of `compute` and its gradients with PyTorch's. */
async function check(name: string, compute: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]) {
  const output = compute(...inputs)
  expect(relativeError(await output.data(), golden(`${name}/output`)), name).toBeLessThan(1e-5)
  const gradients = tf.grads(compute)(inputs, hashed(`${name} direction`, output.shape))
  for (const [i, gradient] of gradients.entries()) {
    const error = relativeError(await gradient.data(), golden(`${name}/gradient ${i}`))
    expect(error, `gradient ${i} of ${name}`).toBeLessThan(1e-5)
  }
}

test.each(['gelu', 'gelu_tanh', 'gelu_sigmoid'] as const)(
  '%s equals PyTorch, and so does its gradient',
  async (name) => {
    await check(name, (x) => activate(tf.mul(x, 5), name), [hashed('x', [40])])
  },
)

test.each([1000, 30])('attention of %i weights at a time equals PyTorch, and so do its gradients', async (most) => {
  const inputs = [hashed('q', [2, 3, 4, 6]), hashed('k', [2, 3, 5, 6]), hashed('v', [2, 3, 5, 6])]
  const compute = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    attend(tf.mul(q, 5), k as tf.Tensor4D, v as tf.Tensor4D, most)
  await check('attention', compute as Parameters<typeof check>[1], inputs)
})

test('attention of a few heads at a time leaves nothing behind', () => {
  const inputs = [hashed('q', [2, 3, 4, 6]), hashed('k', [2, 3, 5, 6]), hashed('v', [2, 3, 5, 6])] as tf.Tensor4D[]
  const before = tf.memory().numTensors
  attend(inputs[0], inputs[1], inputs[2], 30).dispose()
  expect(tf.memory().numTensors).toBe(before)
})

const PASS: Pass = { liveNorm: false, dropout: 0, prng: Prng.fromSeed(0), moveStatistics: false }

test.each([
  ['layer norm', layerNorm('norm')],
  ['response norm', responseNorm('norm')],
] as [string, LayerPlan][])('%s equals the reference, and so do its gradients', async (name, plan) => {
  const declared: Parameter[] = []
  const scope: Scope = {
    dialect: torchDialect,
    declare(spec) {
      declared.push({ ...spec, block: '' })
      return declared.at(-1)!
    },
  }
  const layer = plan(scope, 8)
  const compute = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
    // What is a tensor here is a variable of the network elsewhere; the gradient sees no difference.
    Object.assign(declared[0], { variable: gamma })
    Object.assign(declared[1], { variable: beta })
    return layer.apply(x as tf.Tensor4D, PASS)
  }
  await check(name, compute as Parameters<typeof check>[1], [
    hashed('x', [2, 3, 3, 8]),
    hashed('gamma', [8]),
    hashed('beta', [8]),
  ])
})

test.each([
  [37, 16],
  [37, 24],
  [14, 21],
  [7, 2],
])('positions are interpolated from %i to %i as PyTorch does', (from, to) => {
  const matrix = resizingMatrix(from, to)
  const map = hashedNumbers('line', from * from)
  const resized = Float32Array.from({ length: to * to }, (_, at) => {
    let sum = 0
    for (let y = 0; y < from; y++) {
      for (let x = 0; x < from; x++) {
        sum += matrix[Math.floor(at / to) * from + y] * matrix[(at % to) * from + x] * map[y * from + x]
      }
    }
    return sum
  })
  expect(relativeError(resized, golden(`positions ${from} to ${to}`))).toBeLessThan(1e-5)
})
