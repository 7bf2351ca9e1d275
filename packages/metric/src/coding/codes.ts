import * as tf from '@tensorflow/tfjs'
import { downdate, type Exclusion } from './exclusion.ts'
import { inverseOf } from './inverse.ts'
import { product } from './product.ts'

/**
 * The collaborative codes α = (D̂D̂ᵀ + λI)⁻¹D̂q̂ [N, B] of mapped queries q̂ [B, r] over a mapped dictionary D̂ [N, r], λ a
 * scalar. With `exclusion`, each query is coded without the rows that it names. Differentiable with respect to all
 * three by the adjoint equation: nothing is differentiated through the solve, and K is factored once.
 *
 * With K = D̂ᵀD̂ + λI (without the rows that a query leaves out), z = K⁻¹q̂ gives α = D̂z and q̂ − D̂ᵀα = λz. For a
 * derivative V by the codes, w = (D̂D̂ᵀ + λI)⁻¹V = (V − D̂z_w)/λ with z_w = K⁻¹D̂ᵀV; then ∂q̂ = z_w, ∂λ = −wᵀα and
 * ∂D̂ = λw zᵀ − αz_wᵀ. So nothing larger than [N, B] is formed.
 * Source: Zhang, Yang, Feng, "Sparse representation or collaborative representation", ICCV 2011, eq. 6.
 */
export function collaborativeCodes(
  queries: tf.Tensor2D,
  dictionary: tf.Tensor2D,
  lambda: tf.Scalar,
  exclusion?: Exclusion,
): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [q, d, lam] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Scalar]
    const save = args[3] as unknown as tf.GradSaveFunc
    const inverse = inverseOf(d, lam)
    const without = downdate(d, inverse, exclusion)
    const z = without.solve(inverse, tf.transpose(q))
    const alpha = tf.tidy(() => without.mask(product(d, z)))
    save([d, lam, inverse, z, alpha])

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [d, lam, inverse, z, alpha] = saved as [tf.Tensor2D, tf.Scalar, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const without = downdate(d, inverse, exclusion)
      const v = without.mask(dy as tf.Tensor2D)
      const zw = without.solve(inverse, product(d, v, { a: true }))
      const lambdaW = tf.tidy(() => tf.sub(v, without.mask(product(d, zw))) as tf.Tensor2D)
      const byDictionary = tf.tidy(() => tf.sub(product(lambdaW, z, { b: true }), product(alpha, zw, { b: true })))
      const byLambda = tf.neg(tf.div(tf.sum(tf.mul(lambdaW, alpha)), lam))
      return [tf.transpose(zw), byDictionary, byLambda]
    }
    return { value: alpha, gradFunc }
  })
  return tf.tidy(() => op(queries, dictionary, lambda) as tf.Tensor2D)
}

/**
 * The codes [N, N] of every row of a mapped dictionary D̂ [N, r] over all other rows: column b is that of row b, with 0 in
 * place b. Differentiable with respect to D̂ and λ.
 *
 * With W = D̂K⁻¹ and S = WD̂ᵀ, α_jb = S_jb / (1 − S_bb). A derivative V by the codes becomes S̄_jb = V_jb / (1 − S_bb) with
 * the diagonal Σ_j V_jb α_jb / (1 − S_bb); with X = S̄ + S̄ᵀ that is XW − D̂(WᵀXW) by D̂ and −½ tr(WᵀXW) by λ.
 */
export function leaveOneOutCodes(dictionary: tf.Tensor2D, lambda: tf.Scalar): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [d, lam] = args as unknown as [tf.Tensor2D, tf.Scalar]
    const save = args[2] as unknown as tf.GradSaveFunc
    const w = product(d, inverseOf(d, lam))
    const rest = tf.sub(1, tf.sum(tf.mul(w, d), 1)) as tf.Tensor1D
    const others = tf.sub(1, tf.eye(d.shape[0]))
    const alpha = tf.mul(tf.div(product(w, d, { b: true }), rest), others) as tf.Tensor2D
    save([d, w, rest, others, alpha])

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [d, w, rest, others, alpha] = saved as tf.Tensor2D[]
      const onS = tf.mul(tf.div(dy, rest), others) as tf.Tensor2D
      const onDiagonal = tf.expandDims(tf.mul(2, tf.sum(tf.mul(onS, alpha), 0)), 1)
      const xw = tf.add(product(tf.add(onS, tf.transpose(onS)), w), tf.mul(w, onDiagonal)) as tf.Tensor2D
      const inner = product(w, xw, { a: true })
      return [tf.sub(xw, product(d, inner)), tf.mul(-0.5, tf.sum(tf.mul(w, xw)))]
    }
    return { value: alpha, gradFunc }
  })
  return op(dictionary, lambda) as tf.Tensor2D
}
