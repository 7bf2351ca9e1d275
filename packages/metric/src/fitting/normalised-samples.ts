import { fitNormalisation, type Normalisation, type NormaliseChoice, normalise } from '../model/normalisation.ts'
import { checkLabelled, classCounts } from '../samples/checks.ts'
import { type Features, type Matrix, mapRows } from '../samples/matrix.ts'
import { type Images, imagesOf, meanViews } from '../samples/views.ts'

/** What a method fits on: checked and normalised. */
export interface Samples {
  /** [N, d] one row an image; the mean of its views, where there are several. */
  readonly features: Matrix
  /** [N] classes 0 … C−1 that all occur. */
  readonly labels: Int32Array
  /** C */
  readonly classes: number
  /** The single views, for methods that learn from them: rows [V, d], and which rows each image has. */
  readonly views: { readonly features: Matrix; readonly images: Images }
}

/**
 * Features as the network gives them, checked and normalised, with how.
 * @throws {InputError} for features, labels or groups of another form.
 */
export async function normalisedSamples(
  features: Features,
  labels: ArrayLike<number>,
  choice: NormaliseChoice,
  groups?: ArrayLike<number>,
): Promise<{ samples: Samples; normalisation: Normalisation }> {
  const checked = await checkLabelled(features, labels)
  const images = imagesOf(groups, checked.labels)
  const normalisation = await fitNormalisation(checked.features, choice)
  const rows = await mapRows(checked.features, checked.features.shape[1], (x) => normalise(x, normalisation))
  const samples = {
    features: meanViews(rows, images),
    labels: images.labels,
    classes: classCounts(images.labels).length,
    views: { features: rows, images },
  }
  return { samples, normalisation }
}
