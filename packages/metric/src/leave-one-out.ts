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
import { inverseOf, RATIO_EPSILON, type Rule } from './class-residuals.ts'
import { product } from './product.ts'

/**
 * The class residuals r [N', C] of every row of a mapped dictionary D̂ [N', r], each coded over all other rows: what
 * `classResiduals` gives with D̂ as queries and each row excluded from its own code, in two thirds of the work.
 * Differentiable with respect to D̂ and λ.
 *
 * With W = D̂K⁻¹ and S = WD̂ᵀ, row b's code without itself is α_jb = S_jb / (1 − S_bb), α_bb = 0. A derivative V by the
 * codes becomes S̄_jb = V_jb / (1 − S_bb) with the diagonal Σ_j V_jb α_jb / (1 − S_bb); with X = S̄ + S̄ᵀ that is
 * XW − D̂(WᵀXW) by D̂ and −½ tr(WᵀXW) by λ. The residuals see D̂ also through G = D̂D̂ᵀ, by which the derivative is
 * −2g̃∘α + Σ_b g̃_c α_cα_cᵀ + diag(Σ_c g̃_c).
 */
export function leaveOneOutResiduals(
  dictionary: tf.Tensor2D,
  lambda: tf.Scalar,
  { layout, rule }: { layout: ClassLayout; rule: Rule },
): tf.Tensor2D {
  const n = layout.rows
  const op = tf.customGrad((...args) => {
    const [d, lam] = args as unknown as [tf.Tensor2D, tf.Scalar]
    const save = args[2] as unknown as tf.GradSaveFunc
    const w = product(d, inverseOf(d, lam))
    const rest = tf.sub(1, tf.sum(tf.mul(w, d), 1)) as tf.Tensor1D
    const others = tf.sub(1, tf.eye(n))
    const alpha = tf.mul(tf.div(product(w, d, { b: true }), rest), others) as tf.Tensor2D
    const h = product(d, d, { b: true })
    const t = tf.sub(timesBlocks(gramBlocks(d, layout), alpha, layout), h) as tf.Tensor2D
    const energy = tf.sum(tf.square(d), 1)
    const plain = tf.relu(tf.add(energy, sumByClass(tf.mul(alpha, tf.sub(t, h)), layout))) as tf.Tensor2D
    const size = rule === 'ratio' ? (tf.add(sumByClass(tf.square(alpha), layout), RATIO_EPSILON) as tf.Tensor2D) : null
    const value = toClasses(size ? tf.div(plain, size) : plain, layout)
    save([d, w, rest, others, alpha, t, ...(size ? [plain, size] : [])])

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [d, w, rest, others, alpha, t, plain, size] = saved as tf.Tensor2D[]
      const g = fromClasses(dy as tf.Tensor2D, layout)
      const gTilde = (rule === 'ratio' ? tf.div(g, size) : g) as tf.Tensor2D
      const gAlpha = scaleByClass(gTilde, alpha, layout)
      let half: tf.Tensor2D = scaleByClass(gTilde, t, layout)
      if (rule === 'ratio') {
        const push = tf.div(tf.mul(gTilde, plain), size) as tf.Tensor2D
        half = tf.sub(half, scaleByClass(push, alpha, layout))
      }
      const onS = tf.mul(tf.div(tf.mul(half, 2), rest), others) as tf.Tensor2D
      const onDiagonal = tf.expandDims(tf.mul(2, tf.sum(tf.mul(onS, alpha), 0)), 1)
      const xw = tf.add(product(tf.add(onS, tf.transpose(onS)), w), tf.mul(w, onDiagonal)) as tf.Tensor2D
      const both = tf.add(gAlpha, tf.transpose(gAlpha)) as tf.Tensor2D
      const total = tf.expandDims(tf.sum(gTilde, 0), 1)
      const direct = tf.addN([timesOuterBlocks(gAlpha, alpha, d, layout), tf.mul(d, total), tf.neg(product(both, d))])
      const byDictionary = tf.addN([xw, tf.neg(product(d, product(w, xw, { a: true }))), tf.mul(direct, 2)])
      const byLambda = tf.mul(-0.5, tf.sum(tf.mul(w, xw)))
      return [byDictionary, byLambda]
    }
    return { value, gradFunc }
  })
  return op(dictionary, lambda) as tf.Tensor2D
}
