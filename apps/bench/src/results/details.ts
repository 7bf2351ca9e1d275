/** What the figures of the report are drawn from, beside the rows of `results.json`. */
export interface Details {
  classes: string[]
  /** Identifiers and true labels of the test images, in the order of the predictions. */
  test: { ids: string[]; labels: number[] }
  /** Predicted labels of each row, by the row's key. */
  predictions: Record<string, number[]>
  curves: Curve[]
  sweeps: SweepCurve[]
  spectra: Spectrum[]
  maps: EmbeddingMap[]
  gallery: Explanation[]
}

/** A quantity over the steps of a training. */
export interface Curve {
  title: string
  /** What is on the vertical axis. */
  quantity: string
  /** What a step is: `epoch`, `step`. */
  unit: string
  values: number[]
}

/** Cross-validated accuracy inside the fit split over one option. */
export interface SweepCurve {
  title: string
  option: string
  points: { value: number; accuracy: number }[]
}

/** The eigenvalues of M, largest first. */
export interface Spectrum {
  title: string
  values: number[]
}

/** Test features in the plane of their two main directions in the metric. */
export interface EmbeddingMap {
  title: string
  points: { x: number; y: number; label: number; right: boolean }[]
}

/** A query and the training images that its code leans on. */
export interface Explanation {
  title: string
  query: Picture
  truth: string
  predicted: string
  right: boolean
  support: (Picture & { className: string; code: number })[]
}

/** A small JPEG as a data URL, and what it shows. */
export interface Picture {
  image: string
  id: string
}

export const emptyDetails = (): Details => ({
  classes: [],
  test: { ids: [], labels: [] },
  predictions: {},
  curves: [],
  sweeps: [],
  spectra: [],
  maps: [],
  gallery: [],
})
