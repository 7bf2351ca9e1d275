import type { Rule } from './class-residuals.ts'
import type { Classifier } from './classifier.ts'
import { codesOf, crcCode, type ResidualForm, residualsTo } from './collaborative-code.ts'
import { dictionaryClassifier } from './dictionary-classifier.ts'
import { checkPositive } from './matrix.ts'

export interface CrcOptions {
  /** Weight of ‖α‖², above 0. Default 0.3, good for features of unit length. */
  lambda?: number
  /** How the residual is measured. Default `plain`. */
  rule?: Rule
  /** How the residual is computed. Default `gram`. */
  form?: ResidualForm
}

/**
 * Collaborative representation classifier: each query is coded over all training samples by ridge regression and
 * goes to the class whose part of the code rebuilds it best.
 * Source: Zhang, Yang, Feng, "Sparse representation or collaborative representation: which helps face recognition?",
 * ICCV 2011 (CRC-RLS).
 * @throws {InputError} when λ is not above 0.
 */
export function crc({ lambda = 0.3, rule = 'plain', form = 'gram' }: CrcOptions = {}): Classifier {
  checkPositive('lambda', lambda)
  return dictionaryClassifier(
    `CRC (${rule}${form === 'direct' ? ', direct' : ''}, λ=${lambda})`,
    ({ d }) => ({ ...crcCode(d, lambda) }),
    (queries, dictionary, code) => residualsTo(queries, codesOf(code, queries), dictionary, { rule, form }),
    form === 'direct' ? ({ d, layout }) => layout.classes * d.shape[1] : undefined,
  )
}
