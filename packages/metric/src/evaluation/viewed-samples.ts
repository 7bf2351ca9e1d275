import type { Classifier } from '../fitting/define-method.ts'
import type { Decision, Model } from '../model/model.ts'
import { type Matrix, takeRows } from '../samples/matrix.ts'

/** Views of samples: what classifiers are fitted on in the place of one row per sample. */
export interface Views {
  /** [V, d] */
  readonly features: Matrix
  /** [V] the sample that each is a view of. */
  readonly groups: ArrayLike<number>
}

/** Samples that are classified by one row each, and fitted on by their views where they have any. */
export interface ViewedSamples {
  /** [N, d] */
  readonly features: Matrix
  /** [N] */
  readonly labels: Int32Array
  readonly views?: Views
}

/** The given samples with their views, as a copy. */
export function takeSamples({ features, labels, views }: ViewedSamples, rows: ArrayLike<number>): ViewedSamples {
  const places = Array.from(rows)
  const part = { features: takeRows(features, places), labels: Int32Array.from(places, (i) => labels[i]) }
  if (!views) return part
  const placeOf = new Map(places.map((i, place) => [i, place]))
  const kept = Array.from(views.groups).flatMap((i, view) => (placeOf.has(i) ? [view] : []))
  return {
    ...part,
    views: {
      features: takeRows(views.features, kept),
      groups: kept.map((view) => placeOf.get(views.groups[view])!),
    },
  }
}

/**
 * Fits a classifier on the views of samples, or on their rows where there are no views.
 * @throws {InputError} as `Classifier.fit`.
 */
export function fitSamples<D extends Decision>(
  classifier: Classifier<D>,
  { features, labels, views }: ViewedSamples,
  extra: { classNames?: readonly string[] } = {},
): Promise<Model<D>> {
  if (!views) return classifier.fit(features, labels, extra)
  const own = Int32Array.from(views.groups, (i) => labels[i])
  return classifier.fit(views.features, own, { ...extra, groups: views.groups })
}
