import { InputError } from '@dml-crc/core/errors'
import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import type { ClassLayout } from './class-layout.ts'
import { product } from './product.ts'

/** The dictionary's rows that each query is coded without, in the layout's order: one list a query, maybe empty. */
export type Exclusion = readonly (readonly number[])[]

/**
 * The rows that each query must be coded without: those of its own group, for instance all views of one image.
 * `queries` and `dictionary` name the group of each query and of each row of the dictionary.
 * @throws {InputError} when a query would be left with no sample of its own class.
 */
export function excludeGroups(
  queries: ArrayLike<number>,
  dictionary: ArrayLike<number>,
  layout: ClassLayout,
  labels: { queries: ArrayLike<number>; dictionary: ArrayLike<number> },
): Exclusion {
  const rowsOf = new Map<number, number[]>()
  const size = new Map<number, number>()
  for (let i = 0; i < dictionary.length; i++) {
    const group = rowsOf.get(dictionary[i])
    if (group) group.push(layout.position[i])
    else rowsOf.set(dictionary[i], [layout.position[i]])
    size.set(labels.dictionary[i], (size.get(labels.dictionary[i]) ?? 0) + 1)
  }
  return Array.from(queries, (group, i) => {
    const rows = rowsOf.get(group) ?? []
    const label = labels.queries[i]
    const own = rows.filter((row) => labels.dictionary[layout.order[row]] === label).length
    if (own > 0 && own === size.get(label)) {
      throw new InputError(`class ${label}`, {
        expected: 'samples of two or more groups, so that one can be coded without its own',
        received: `${own} of one group`,
        remedy: 'Add samples of this class, or leave the class out.',
      })
    }
    return rows
  })
}

/** What solves with K_{−S} = K − D̂_SᵀD̂_S, a different S for each query, from the inverse of K alone. */
export interface Downdate {
  /** K_{−S}⁻¹ T for T [r, B], column b with the rows of query b left out. */
  solve(inverse: tf.Tensor2D, t: tf.Tensor2D): tf.Tensor2D
  /** x [N', B] with zeros at the rows that are left out. */
  mask(x: tf.Tensor2D): tf.Tensor2D
}

const everything: Downdate = {
  solve: (inverse, t) => product(inverse, t),
  mask: (x) => x,
}

/**
 * The {@link Downdate} for D̂ [N', r], by the Woodbury identity
 * K_{−S}⁻¹ = K⁻¹ + K⁻¹D̂_Sᵀ (I − D̂_S K⁻¹ D̂_Sᵀ)⁻¹ D̂_S K⁻¹, where S has k rows at most.
 */
export function downdate(d: tf.Tensor2D, inverse: tf.Tensor2D, exclusion: Exclusion | undefined): Downdate {
  const k = exclusion ? Math.max(...exclusion.map((rows) => rows.length)) : 0
  if (!exclusion || k === 0) return everything
  const [n, r] = d.shape
  const b = exclusion.length

  const rows = new Int32Array(b * k)
  const present = new Float32Array(b * k)
  const pairs: number[] = []
  exclusion.forEach((list, query) => {
    list.forEach((row, j) => {
      rows[query * k + j] = row
      present[query * k + j] = 1
      pairs.push(row, query)
    })
  })
  const keep = tf.tidy(() => {
    const at = tf.tensor2d(pairs, [pairs.length / 2, 2], 'int32')
    return tf.sub(1, tf.scatterND(at, tf.ones([pairs.length / 2]), [n, b])) as tf.Tensor2D
  })
  // Places without a row hold zeros, which leave the others as they are.
  const own = tf.mul(tf.gather(d, tf.tensor1d(rows, 'int32')), tf.tensor2d(present, [b * k, 1])) as tf.Tensor2D
  const solved = product(own, inverse)
  const own3 = tf.reshape(own, [b, k, r])
  const solved3 = tf.reshape(solved, [b, k, r])
  const rest =
    k === 1
      ? tf.sub(1, tf.sum(tf.mul(own3, solved3), 2, true))
      : tf.sub(tf.eye(k), tf.matMul(own3, solved3, false, true))
  const factor = k === 1 ? undefined : cholesky(rest)

  return {
    solve: (_, t) => {
      const whole = product(inverse, t)
      const seen = tf.sum(tf.mul(own3, tf.reshape(tf.transpose(whole), [b, 1, r])), 2, true)
      const share = factor ? choleskySolve(factor, seen) : tf.div(seen, rest)
      const change = tf.sum(tf.mul(solved3, share), 1)
      return tf.add(whole, tf.transpose(change)) as tf.Tensor2D
    },
    mask: (x) => tf.mul(x, keep) as tf.Tensor2D,
  }
}
