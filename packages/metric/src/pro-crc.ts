import type { Classifier } from './classifier.ts'
import { codesOf, proCrcCode, residualsTo } from './collaborative-code.ts'
import { dictionaryClassifier } from './dictionary-classifier.ts'
import { checkPositive } from './matrix.ts'
import { product } from './product.ts'

export interface ProCrcOptions {
  /** Weight of ‖α‖², above 0. Default 3. */
  lambda?: number
  /** Weight of the distances between the whole and each class's part, above 0. Default 0.1. */
  gamma?: number
}

/**
 * Probabilistic CRC: the code also keeps each class's part close to the whole, and the class whose part is closest to
 * the whole wins.
 * Source: Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern
 * classification", CVPR 2016.
 * @throws {InputError} when λ or γ is not above 0.
 */
export function proCrc({ lambda = 3, gamma = 0.1 }: ProCrcOptions = {}): Classifier {
  checkPositive('lambda', lambda)
  checkPositive('gamma', gamma)
  return dictionaryClassifier(
    `ProCRC (λ=${lambda}, γ=${gamma})`,
    ({ d, layout }) => ({ ...proCrcCode(d, layout, lambda, gamma) }),
    (queries, dictionary, code) => {
      const alpha = codesOf(code, queries)
      return residualsTo(product(alpha, dictionary.d, { a: true }), alpha, dictionary)
    },
  )
}
