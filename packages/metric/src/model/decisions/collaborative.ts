import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { blockCode, solveBlockSystem } from '../../coding/block-code.ts'
import { arrange, arrangeMatrix, arrangeSquare, classLayout, gramBlocks } from '../../coding/class-layout.ts'
import { classLogits } from '../../coding/class-logits.ts'
import { classFactors, classWiseCodes } from '../../coding/class-wise-code.ts'
import { innerProducts } from '../../coding/kernel.ts'
import { nonNegativeCodes, ridgeSolve } from '../../coding/non-negative-code.ts'
import { proCrcWeights } from '../../coding/pro-crc-code.ts'
import { product } from '../../coding/product.ts'
import { codesOf, isDual, ridgeCode } from '../../coding/ridge-code.ts'
import { classCounts } from '../../samples/checks.ts'
import { toTensor } from '../../samples/matrix.ts'
import { count, labels, matrix, positive } from '../arrays.ts'
import type { DecisionSizes, OpenDecision, OpenDictionary } from './decision.ts'

const weight = z.number().min(0)

/** How a query is coded over the dictionary. The inverse is that of `ridgeInverse`, for CRC's λ or for λ = μ/2. */
const Code = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ridge'), lambda: positive, inverse: matrix }),
  z.strictObject({ kind: z.literal('proCrc'), lambda: positive, gamma: positive }),
  z.strictObject({ kind: z.literal('nonNegative'), mu: positive, iterations: count, inverse: matrix }),
  z.strictObject({ kind: z.literal('classResidual'), lambda: positive, mu: positive, iterations: count }),
  z.strictObject({ kind: z.literal('classWise'), lambda: positive }),
])

/** A query is coded over all samples, and the code decides: CRC and its family. */
export const CollaborativeDecision = z.strictObject({
  kind: z.literal('collaborative'),
  /** D̂ [N, r] the embedded samples. */
  dictionary: matrix,
  /** [N] */
  labels,
  /**
   * γ of the Gaussian kernel exp(γ(a·b − 1)) in the place of inner products, for rows of length 1; only with the code
   * `ridge`, residuals by `gram` and without the cosine to the means.
   */
  gamma: positive.optional(),
  code: Code,
  /** How class residuals are measured. */
  rule: z.enum(['plain', 'ratio']),
  /** How class residuals are computed. */
  residuals: z.enum(['gram', 'direct']),
  /** s, u and t of `classLogits`. */
  weights: z.strictObject({ residual: weight, mean: weight, ridge: weight }),
})
export type CollaborativeDecision = Readonly<z.infer<typeof CollaborativeDecision>>

export function collaborativeSizes({ dictionary, labels, gamma, code }: CollaborativeDecision): DecisionSizes {
  const [rows, width] = dictionary.shape
  const side = isDual(dictionary.shape, gamma) ? rows : width
  const inverse = 'inverse' in code ? code.inverse.shape : []
  return {
    width,
    classes: classCounts(labels).length,
    agree: [['labels', rows, labels.length], ...inverse.map((size) => ['code.inverse', side, size] as const)],
  }
}

/** Call it inside tf.tidy, and return its tensors from there. */
function openDictionary({ dictionary, labels, gamma, code }: CollaborativeDecision): OpenDictionary {
  const layout = classLayout(labels)
  const d = toTensor(arrangeMatrix(dictionary, layout))
  const blocks = gramBlocks(d, layout, gamma)
  const own = { d, layout, blocks, gamma }
  const kept = [d, ...blocks]
  switch (code.kind) {
    case 'classWise': {
      const factors = classFactors(own, code.lambda)
      return { dictionary: own, tensors: [...kept, ...factors], codes: (q) => classWiseCodes(q, own, factors) }
    }
    case 'proCrc': {
      const { rows, square } = blockCode(own, proCrcWeights(layout.classes, code.lambda, code.gamma))
      return { dictionary: own, tensors: [...kept, rows, square], codes: (q) => codesOf({ rows, square }, q) }
    }
    case 'classResidual': {
      // ‖q − D̂ᵀc‖² + λΣ_c‖q − D̂_cᵀc_c‖² with c ≥ 0.
      const { lambda, mu, iterations } = code
      const system = blockCode(own, { whole: 1, own: lambda, ridge: mu / 2 })
      const codes = (q: tf.Tensor2D) =>
        nonNegativeCodes({
          fixed: tf.mul(codesOf(system, q), 1 + lambda),
          solve: (b) => solveBlockSystem(system, own, 1, b),
          mu,
          iterations,
        })
      const { rows, square, factors } = system
      return { dictionary: own, tensors: [...kept, rows, square, ...factors], codes }
    }
    default: {
      if (gamma !== undefined) {
        // Rows and columns in the layout's order: at its zeros a code is 0, whatever their kernel products are.
        const inverse = toTensor(arrangeSquare(code.inverse, layout))
        return {
          dictionary: own,
          tensors: [...kept, inverse],
          codes: (q) => product(inverse, innerProducts(d, q, gamma)),
        }
      }
      const { rows, square } = ridgeCode(toTensor(dictionary), toTensor(code.inverse))
      const linear = { rows: square ? d : arrange(rows, layout), square }
      const tensors = [...kept, linear.rows, ...(square ? [square] : [])]
      if (code.kind === 'ridge') return { dictionary: own, tensors, codes: (q) => codesOf(linear, q) }
      const { mu, iterations } = code
      const solve = (b: tf.Tensor2D) => ridgeSolve(linear, d, mu, b)
      const codes = (q: tf.Tensor2D) => nonNegativeCodes({ fixed: codesOf(linear, q), solve, mu, iterations })
      return { dictionary: own, tensors, codes }
    }
  }
}

export function openCollaborative(decision: CollaborativeDecision): OpenDecision {
  const { code, rule, residuals, weights } = decision
  const open = openDictionary(decision)
  const { dictionary, tensors, codes } = open
  const { layout, d } = dictionary
  return {
    tensors,
    open,
    perQuery: Math.max(layout.rows, residuals === 'direct' ? layout.classes * d.shape[1] : 0),
    scores(queries) {
      const alpha = codes(queries)
      // ProCRC measures each class's part against the whole reconstruction.
      const targets = code.kind === 'proCrc' ? product(alpha, d, { a: true }) : queries
      return classLogits({ alpha, dictionary, queries, targets, weights, rule, residuals })
    },
  }
}
