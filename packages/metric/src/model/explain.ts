import type { Features } from '../samples/matrix.ts'
import type { Explanation } from './explanation.ts'
import type { Model } from './model.ts'
import { openModel } from './open.ts'

/**
 * Why a model of the CRC family classifies features [B, d] as it does: the training samples that rebuild each query, with
 * signed codes, the share of each class in the code, and the residual of each class. Samples are numbered as they were
 * fitted on.
 * @throws {InputError} for features of another width, or a model without codes.
 */
export async function explain(
  model: Model,
  features: Features,
  options: { top?: number } = {},
): Promise<Explanation[]> {
  const open = openModel(model)
  try {
    return await open.explain(features, options)
  } finally {
    open.dispose()
  }
}
