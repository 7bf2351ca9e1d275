import { cholesky, choleskySolve } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import {
  type ClassLayout,
  fromClasses,
  gramBlocks,
  scaleByClass,
  sumByClass,
  timesBlocks,
  timesOuterBlocks,
  toClasses,
} from './class-layout.ts'
import { downdate, type Exclusion } from './exclusion.ts'
import { product } from './product.ts'

/** `plain`: r_c = ‖q̂ − D̂_cᵀα_c‖². `ratio`: that divided by ‖α_c‖² + ε. */
export type Rule = 'plain' | 'ratio'

/** Added to ‖α_c‖² in the ratio rule, so that a class without a part in the code does not divide by zero. */
export const RATIO_EPSILON = 1e-6

export interface ClassResidualOptions {
  readonly layout: ClassLayout
  readonly rule: Rule
  /** The rows that each query is coded without. */
  readonly exclusion?: Exclusion
}

/** A⁻¹ of a symmetric positive definite A [n, n]. */
export function invertPositive(a: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => choleskySolve(cholesky(a), tf.eye(a.shape[0])) as tf.Tensor2D)
}

/** K⁻¹ = (D̂ᵀD̂ + λI)⁻¹ [r, r], which stands for the N × N inverse everywhere. */
export function inverseOf(d: tf.Tensor2D, lambda: tf.Scalar | number): tf.Tensor2D {
  return tf.tidy(() => {
    const ridge = tf.mul(tf.eye(d.shape[1]), lambda)
    return invertPositive(tf.add(product(d, d, { a: true }), ridge) as tf.Tensor2D)
  })
}

/**
 * The class residuals r [B, C] of mapped queries q̂ [B, r] coded over the mapped dictionary D̂ [N', r], which lies in the
 * order of `layout`, with λ a scalar. Differentiable with respect to all three by the adjoint formulae of METHOD.md
 * ("The collaborative loss", 2): the code is never differentiated by automatic means and K is factored once.
 *
 * With K = D̂ᵀD̂ + λI (without the rows that a query leaves out), z = K⁻¹q̂ gives the code α = D̂z and the error
 * q̂ − D̂ᵀα = λz; the adjoint w = (v − D̂z_w)/λ has z_w = K⁻¹D̂ᵀv = D̂ᵀw. So nothing larger than [N', B] is formed.
 * Each [N', B] is freed as soon as it has served, because a bank makes them large.
 * Residuals come by the Gram form ‖q̂‖² − 2h_cᵀα_c + α_cᵀG_ccα_c, kept at 0 or above.
 */
export function classResiduals(
  queries: tf.Tensor2D,
  dictionary: tf.Tensor2D,
  lambda: tf.Scalar,
  { layout, rule, exclusion }: ClassResidualOptions,
): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [q, d, lam] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Scalar]
    const save = args[3] as unknown as tf.GradSaveFunc
    const inverse = inverseOf(d, lam)
    const without = downdate(d, inverse, exclusion)
    const z = without.solve(inverse, tf.transpose(q))
    const alpha = tf.tidy(() => without.mask(product(d, z)))
    const h = product(d, q, { b: true })
    // T = G_ccα_c − h_c, half the derivative of the plain residual by α_c.
    const t = tf.tidy(() => tf.sub(timesBlocks(gramBlocks(d, layout), alpha, layout), h) as tf.Tensor2D)
    const plain = tf.tidy(() => {
      const energy = tf.sum(tf.square(q), 1)
      return tf.relu(tf.add(energy, sumByClass(tf.mul(alpha, tf.sub(t, h)), layout))) as tf.Tensor2D
    })
    h.dispose()
    const size = rule === 'ratio' ? (tf.add(sumByClass(tf.square(alpha), layout), RATIO_EPSILON) as tf.Tensor2D) : null
    const value = toClasses(size ? tf.div(plain, size) : plain, layout)
    save([q, d, lam, inverse, z, alpha, t, ...(size ? [plain, size] : [])])

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [q, d, lam, inverse, z, alpha, t, plain, size] = saved as tf.Tensor2D[]
      const g = fromClasses(dy as tf.Tensor2D, layout)
      const gTilde = (rule === 'ratio' ? tf.div(g, size) : g) as tf.Tensor2D
      const gAlpha = scaleByClass(gTilde, alpha, layout)
      const ownShare = tf.tidy(() => tf.sub(timesOuterBlocks(gAlpha, alpha, d, layout), product(gAlpha, q)))
      const pull = tf.tidy(() => {
        const total = tf.expandDims(tf.sum(gTilde, 0), 1)
        return tf.sub(tf.mul(q, total), product(gAlpha, d, { a: true }))
      })
      gAlpha.dispose()
      const without = downdate(d, inverse, exclusion)
      const v = tf.tidy(() => {
        const onCodes = scaleByClass(tf.mul(gTilde, 2), t, layout)
        if (rule === 'plain') return without.mask(onCodes)
        const push = tf.div(tf.mul(gTilde, plain), size) as tf.Tensor2D
        return without.mask(tf.sub(onCodes, scaleByClass(tf.mul(push, 2), alpha, layout)))
      })
      const zw = without.solve(inverse, product(d, v, { a: true }))
      const lambdaW = tf.tidy(() => tf.sub(v, without.mask(product(d, zw))) as tf.Tensor2D)
      v.dispose()
      const byDictionary = tf.tidy(() => {
        const throughCode = tf.tidy(() => tf.sub(product(lambdaW, z, { b: true }), product(alpha, zw, { b: true })))
        return tf.add(throughCode, tf.mul(ownShare, 2))
      })
      ownShare.dispose()
      const byQueries = tf.add(tf.transpose(zw), tf.mul(pull, 2))
      const byLambda = tf.neg(tf.div(tf.sum(tf.mul(lambdaW, alpha)), lam))
      return [byQueries, byDictionary, byLambda]
    }
    return { value, gradFunc }
  })
  return tf.tidy(() => op(queries, dictionary, lambda) as tf.Tensor2D)
}
