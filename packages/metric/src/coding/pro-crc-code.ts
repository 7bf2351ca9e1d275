import { solve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import type { BlockWeights } from './block-code.ts'
import { type ClassLayout, membership } from './class-layout.ts'
import { product } from './product.ts'

/**
 * The system of ProCRC, (γ(C−2)+1)·G + γ·blkdiag(G_cc) + λI.
 * Source: Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern
 * classification", CVPR 2016, eq. 13.
 */
export const proCrcWeights = (classes: number, lambda: number, gamma: number): BlockWeights => ({
  whole: gamma * (classes - 2) + 1,
  own: gamma,
  ridge: lambda,
})

/**
 * ProCRC's codes [N', N'] of every row of a mapped dictionary D̂ [N', r] over all other rows: column b is that of row b, with
 * 0 in place b. Differentiable with respect to D̂ and λ, a scalar.
 *
 * Leaving row b out of the system K takes row and column b away, so with Z = K⁻¹ the code is S − Z_{:,b}·S_bb/Z_bb for
 * S = ZG: what is left has 0 in place b, and solves the other rows. It forms N' × N' matrices: for thousands of samples.
 */
export function proCrcLeaveOneOutCodes(
  d: tf.Tensor2D,
  layout: ClassLayout,
  { lambda, gamma }: { lambda: tf.Scalar; gamma: number },
): tf.Tensor2D {
  const { whole, own } = proCrcWeights(layout.classes, 0, gamma)
  const n = d.shape[0]
  const gram = product(d, d, { b: true })
  const members = membership(layout)
  const sameClass = product(members, members, { a: true })
  const system = tf.add(tf.mul(gram, tf.add(tf.mul(sameClass, own), whole)), tf.mul(tf.eye(n), lambda))
  const z = solve(system, tf.eye(n), { positiveDefinite: true }) as tf.Tensor2D
  const s = product(z, gram)
  const diagonal = (x: tf.Tensor2D) => tf.sum(tf.mul(x, tf.eye(n)), 0, true)
  return tf.sub(s, tf.mul(z, tf.div(diagonal(s), diagonal(z))))
}
