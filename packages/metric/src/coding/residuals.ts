import * as tf from '@tensorflow/tfjs'
import {
  bucketOf,
  type ClassLayout,
  gramBlocks,
  joinBuckets,
  scaleByClass,
  sumByClass,
  timesBlocks,
  timesOuterBlocks,
} from './class-layout.ts'
import { innerProducts } from './kernel.ts'
import { product } from './product.ts'

/** `plain`: r_c = ‖q̂ − D̂_cᵀα_c‖². `ratio`: that divided by ‖α_c‖² + ε. */
export type Rule = 'plain' | 'ratio'

/**
 * How ‖t − D̂_cᵀα_c‖² is computed. `gram`: ‖t‖² − 2h_cᵀα_c + α_cᵀG_ccα_c with h = D̂t, which is quick, and in float32 right
 * to about 1e-6·‖t‖². `direct`: from the differences themselves, right to 1e-6 of the residual, for C·r numbers and 2·N·r
 * operations per query; for samples so many or λ so small that classes rebuild a query almost perfectly.
 */
export type ResidualsBy = 'gram' | 'direct'

/** Added to ‖α_c‖² in the ratio rule, so that a class without a part in the code does not divide by zero. */
export const RATIO_EPSILON = 1e-6

/** A mapped dictionary, its rows in the order of the layout. */
export interface Dictionary {
  /** D̂ [N', r] */
  readonly d: tf.Tensor2D
  readonly layout: ClassLayout
  /** The Gram blocks of `d`, where they are known already. */
  readonly blocks?: readonly tf.Tensor3D[]
  /** γ of the Gaussian kernel that the codes are taken in; without it inner products are plain. */
  readonly gamma?: number
}

/**
 * The class residuals [C, B], in the layout's order of classes, of targets t [B, r] and codes α [N', B]. Without targets
 * the dictionary's own rows are those. Differentiable with respect to α, t and D̂, by Gram blocks by formulae of its
 * own, which form nothing larger than the codes: with T = G_ccα_c − h_c and a derivative g by the plain residuals,
 * ∂α = 2g_cT_c, ∂t = 2(tΣ_c g_c − D̂ᵀ(g∘α)), ∂D̂ = 2(Σ_b g_cα_cα_cᵀD̂_c − (g∘α)t). Residuals are kept at 0 or above.
 */
export function classResiduals(
  alpha: tf.Tensor2D,
  dictionary: Dictionary,
  { targets, rule = 'plain', residuals = 'gram' }: { targets?: tf.Tensor2D; rule?: Rule; residuals?: ResidualsBy } = {},
): tf.Tensor2D {
  const plain =
    dictionary.gamma !== undefined
      ? kernelResiduals(alpha, dictionary, targets)
      : residuals === 'gram'
        ? gramResiduals(alpha, dictionary, targets)
        : directResiduals(alpha, dictionary, targets)
  if (rule === 'plain') return plain
  return tf.div(plain, tf.add(sumByClass(tf.square(alpha), dictionary.layout), RATIO_EPSILON))
}

function gramResiduals(alpha: tf.Tensor2D, { d, layout, blocks }: Dictionary, targets?: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [alpha, d, t = d] = args.slice(0, targets ? 3 : 2) as unknown as tf.Tensor2D[]
    const save = args[targets ? 3 : 2] as unknown as tf.GradSaveFunc
    const [half, value] = tf.tidy(() => {
      const h = product(d, t, { b: true })
      const half = tf.sub(timesBlocks(blocks ?? gramBlocks(d, layout), alpha, layout), h) as tf.Tensor2D
      const energy = tf.sum(tf.square(t), 1)
      return [half, tf.relu(tf.add(energy, sumByClass(tf.mul(alpha, tf.sub(half, h)), layout))) as tf.Tensor2D]
    })
    save([alpha, d, t, half])

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [alpha, d, t, half] = saved as tf.Tensor2D[]
      const g = dy as tf.Tensor2D
      const byAlpha = scaleByClass(tf.mul(g, 2), half, layout)
      const gAlpha = scaleByClass(g, alpha, layout)
      const total = tf.expandDims(tf.sum(g, 0), 1)
      const byBlocks = timesOuterBlocks(gAlpha, alpha, d, layout)
      if (targets) {
        const byDictionary = tf.mul(2, tf.sub(byBlocks, product(gAlpha, t)))
        return [byAlpha, byDictionary, tf.mul(2, tf.sub(tf.mul(t, total), product(gAlpha, d, { a: true })))]
      }
      // The rows are targets too: one product for both parts.
      const both = tf.add(gAlpha, tf.transpose(gAlpha)) as tf.Tensor2D
      return [byAlpha, tf.mul(2, tf.addN([byBlocks, tf.mul(d, total), tf.neg(product(both, d))]))]
    }
    return { value, gradFunc }
  })
  return tf.tidy(() => op(alpha, d, ...(targets ? [targets] : [])) as tf.Tensor2D)
}

/** ‖φ(t) − Σ_{i∈c} α_iφ(x_i)‖² = 1 − 2h_cᵀα_c + α_cᵀG_ccα_c, with kernel products in h and G_cc. */
function kernelResiduals(alpha: tf.Tensor2D, { d, layout, blocks, gamma }: Dictionary, targets = d): tf.Tensor2D {
  const h = innerProducts(d, targets, gamma)
  const half = tf.sub(timesBlocks(blocks ?? gramBlocks(d, layout, gamma), alpha, layout), tf.mul(h, 2))
  return tf.relu(tf.add(sumByClass(tf.mul(alpha, half) as tf.Tensor2D, layout), 1)) as tf.Tensor2D
}

function directResiduals(alpha: tf.Tensor2D, { d, layout }: Dictionary, targets = d): tf.Tensor2D {
  return joinBuckets(
    layout.buckets.map((bucket) => {
      const rebuilt = tf.matMul(bucketOf(alpha, bucket), bucketOf(d, bucket), true)
      return tf.sum(tf.squaredDifference(rebuilt, tf.expandDims(targets, 0)), 2) as tf.Tensor2D
    }),
  )
}
