import type { Samples } from '../fitting/normalised-samples.ts'
import type { LabelledMatrix } from '../samples/checks.ts'
import { takeRows } from '../samples/matrix.ts'

/** Images as a metric is learned from them. */
export interface ImageSamples {
  /** One row an image: the mean of its views. */
  readonly images: LabelledMatrix
  /** One row per view: what views of one image differ in means nothing, and scatters say so. */
  readonly views: LabelledMatrix
}

/** Some of the images with their views; all of them where no rows are given. */
export function samplesAt({ features, labels, classes, views }: Samples, rows?: Int32Array): ImageSamples {
  if (!rows && features === views.features) {
    const all = { features, labels, classes }
    return { images: all, views: all }
  }
  const chosen = rows ?? Int32Array.from(labels.keys())
  const images = { features: takeRows(features, chosen), labels: chosen.map((i) => labels[i]), classes }
  // One view each: no second copy.
  if (features === views.features) return { images, views: images }
  const viewRows = Array.from(chosen, (image) => views.images.views[image]).flat()
  const viewLabels = Array.from(chosen, (image) => views.images.views[image].map(() => labels[image])).flat()
  return {
    images,
    views: { features: takeRows(views.features, viewRows), labels: Int32Array.from(viewLabels), classes },
  }
}
