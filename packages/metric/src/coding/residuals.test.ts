import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { solve as solveTensors } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { arrange, classLayout } from './class-layout.ts'
import { classLogits } from './class-logits.ts'
import { collaborativeCodes, leaveOneOutCodes } from './codes.ts'
import type { Exclusion } from './exclusion.ts'
import { RATIO_EPSILON, type Rule } from './residuals.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))

type Rows = number[][]

/** Solves a x = b by Gaussian elimination in float64. */
function solve(a: Rows, b: number[]): number[] {
  const m = a.map((row, i) => [...row, b[i]])
  const n = m.length
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = m[i][k] / m[k][k]
      for (let j = k; j <= n; j++) m[i][j] -= factor * m[k][j]
    }
  }
  const x = new Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    x[i] = m[i][n]
    for (let j = i + 1; j < n; j++) x[i] -= m[i][j] * x[j]
    x[i] /= m[i][i]
  }
  return x
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0)

/** The class residuals of one query, as the definition has them, in float64. */
function reference(q: number[], d: Rows, labels: number[], lambda: number, rule: Rule, without: number[]): number[] {
  const rows = [...d.keys()].filter((i) => !without.includes(i))
  const gram = rows.map((i) => rows.map((j) => dot(d[i], d[j]) + (i === j ? lambda : 0)))
  const alpha = solve(
    gram,
    rows.map((i) => dot(d[i], q)),
  )
  return Array.from({ length: Math.max(...labels) + 1 }, (_, c) => {
    const error = [...q]
    let size = RATIO_EPSILON
    rows.forEach((i, k) => {
      if (labels[i] !== c) return
      size += alpha[k] ** 2
      for (let j = 0; j < error.length; j++) error[j] -= alpha[k] * d[i][j]
    })
    return rule === 'ratio' ? dot(error, error) / size : dot(error, error)
  })
}

/** The same of one query in tensors, left to automatic differentiation, the solve included. */
function automatic(q: tf.Tensor, d: tf.Tensor, lambda: tf.Tensor, rule: Rule, without: number[]): tf.Tensor {
  const rows = labels.flatMap((_, i) => (without.includes(i) ? [] : [i]))
  const kept = tf.gather(d, tf.tensor1d(rows, 'int32'))
  const a = tf.add(tf.matMul(kept, kept, false, true), tf.mul(tf.eye(rows.length), lambda))
  const alpha = solveTensors(a, tf.matMul(kept, tf.reshape(q, [-1, 1])))
  const perClass = [0, 1, 2].map((c) => {
    const own = tf.mul(alpha, tf.tensor2d(rows.map((i) => [labels[i] === c ? 1 : 0])))
    const left = tf.sum(tf.square(tf.sub(q, tf.reshape(tf.matMul(kept, own, true), [-1]))))
    return rule === 'ratio' ? tf.div(left, tf.add(tf.sum(tf.square(own)), RATIO_EPSILON)) : left
  })
  return tf.stack(perClass)
}

const residualsOnly = { residual: -1, mean: 0, ridge: 0 }

/** r [B, C] of queries over an arranged dictionary. */
function classResiduals(
  queries: tf.Tensor2D,
  d: tf.Tensor2D,
  lambda: tf.Scalar,
  { rule, exclusion }: { rule: Rule; exclusion?: Exclusion },
): tf.Tensor2D {
  const alpha = collaborativeCodes(queries, d, lambda, exclusion)
  return classLogits({ alpha, dictionary: { d, layout }, queries, exclusion, weights: residualsOnly, rule })
}

/** r [N', C] of every row of an arranged dictionary, coded without itself. */
function leaveOneOutResiduals(d: tf.Tensor2D, lambda: tf.Scalar, { rule }: { rule: Rule }): tf.Tensor2D {
  const alpha = leaveOneOutCodes(d, lambda)
  return classLogits({ alpha, dictionary: { d, layout }, weights: residualsOnly, rule })
}

const prng = Prng.fromSeed(7)
const matrix = (rows: number, width: number): Rows =>
  Array.from({ length: rows }, () => Array.from(prng.normals(width), (value) => 0.2 + 0.5 * value))

// Classes of 2, 3 and 7 samples in mixed order: padding and two buckets.
const labels = [2, 0, 1, 2, 2, 1, 2, 0, 2, 1, 2, 2]
const layout = classLayout(Int32Array.from(labels))
const queries = matrix(4, 5)
const dictionary = matrix(labels.length, 5)
const lambda = 0.4
const weights = matrix(labels.length, 3)

/** Σ weights ∘ residuals, and its derivatives by central differences. */
function differences(f: (q: Rows, d: Rows, lambda: number) => number, q: Rows, d: Rows) {
  const step = 1e-5
  const by = (x: Rows, value: () => number) =>
    x.map((row) =>
      row.map((held, j) => {
        row[j] = held + step
        const above = value()
        row[j] = held - step
        const below = value()
        row[j] = held
        return (above - below) / (2 * step)
      }),
    )
  const value = () => f(q, d, lambda)
  return {
    queries: by(q, value),
    dictionary: by(d, value),
    lambda: (f(q, d, lambda + step) - f(q, d, lambda - step)) / (2 * step),
  }
}

function expectClose(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  const size = Math.max(...expected.map(Math.abs))
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThan(tolerance * size)
  })
}

describe.each<Rule>(['plain', 'ratio'])('class residuals, %s rule', (rule) => {
  const exclusions = {
    'nothing left out': undefined,
    'one row left out': [[3], [0], [], [5]],
    'groups left out': [[3, 4], [], [0, 2, 11], [5]],
  }

  it.each(Object.entries(exclusions))(
    'are those of the definition, with %s, and so are the gradients',
    async (_, without) => {
      const exclusion = without?.map((rows) => rows.map((row) => layout.position[row]))
      const sum = (q: Rows, d: Rows, l: number) =>
        q.reduce((total, row, i) => total + dot(reference(row, d, labels, l, rule, without?.[i] ?? []), weights[i]), 0)
      const expected = queries.map((q, i) => reference(q, dictionary, labels, lambda, rule, without?.[i] ?? []))
      const gradients = differences(sum, queries, dictionary)

      const run = (q: tf.Tensor, d: tf.Tensor, l: tf.Tensor) =>
        classResiduals(q as tf.Tensor2D, arrange(d as tf.Tensor2D, layout), l as tf.Scalar, { rule, exclusion })
      const inputs = [tf.tensor2d(queries), tf.tensor2d(dictionary), tf.scalar(lambda)]
      expectClose(await run(inputs[0], inputs[1], inputs[2]).data(), expected.flat(), 1e-4)
      const weighted = (q: tf.Tensor, d: tf.Tensor, l: tf.Tensor) =>
        tf.sum(tf.mul(run(q, d, l), tf.tensor2d(weights.slice(0, 4))))
      const [byQueries, byDictionary, byLambda] = tf.grads(weighted)(inputs)
      expectClose(await byQueries.data(), gradients.queries.flat(), 1e-3)
      expectClose(await byDictionary.data(), gradients.dictionary.flat(), 1e-3)
      expectClose(await byLambda.data(), [gradients.lambda], 1e-3)
    },
  )

  it.each(Object.entries(exclusions))('has the gradients of automatic differentiation, with %s', async (_, without) => {
    const exclusion = without?.map((rows) => rows.map((row) => layout.position[row]))
    const adjoint = (q: tf.Tensor, d: tf.Tensor, l: tf.Tensor) => {
      const arranged = arrange(d as tf.Tensor2D, layout)
      const all = classResiduals(q as tf.Tensor2D, arranged, l as tf.Scalar, { rule, exclusion })
      return tf.sum(tf.mul(all, tf.tensor2d(weights.slice(0, 4))))
    }
    const tape = (q: tf.Tensor, d: tf.Tensor, l: tf.Tensor) => {
      const all = tf.unstack(q).map((row, i) => automatic(row, d, l, rule, without?.[i] ?? []))
      return tf.sum(tf.mul(tf.stack(all), tf.tensor2d(weights.slice(0, 4))))
    }
    const inputs = [tf.tensor2d(queries), tf.tensor2d(dictionary), tf.scalar(lambda)]
    const [own, theirs] = [tf.grads(adjoint)(inputs), tf.grads(tape)(inputs)]
    for (const [i, gradient] of own.entries()) {
      expectClose(await gradient.data(), Array.from(await theirs[i].data()), 1e-4)
    }
  })

  it('leaving each row out of its own code is the same as separate fits, and so are the gradients', async () => {
    const sum = (_: Rows, d: Rows, l: number) =>
      d.reduce((total, row, i) => total + dot(reference(row, d, labels, l, rule, [i]), weights[i]), 0)
    const expected = dictionary.map((row, i) => reference(row, dictionary, labels, lambda, rule, [i]))
    const gradients = differences(sum, [], dictionary)

    const run = (d: tf.Tensor, l: tf.Tensor) => {
      const all = leaveOneOutResiduals(arrange(d as tf.Tensor2D, layout), l as tf.Scalar, { rule })
      return tf.gather(all, tf.tensor1d(layout.position, 'int32'))
    }
    const inputs = [tf.tensor2d(dictionary), tf.scalar(lambda)]
    expectClose(await run(inputs[0], inputs[1]).data(), expected.flat(), 1e-4)
    const [byDictionary, byLambda] = tf.grads((d, l) => tf.sum(tf.mul(run(d, l), tf.tensor2d(weights))))(inputs)
    expectClose(await byDictionary.data(), gradients.dictionary.flat(), 1e-3)
    expectClose(await byLambda.data(), [gradients.lambda], 1e-3)
  })
})
