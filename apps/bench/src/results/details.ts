import { z } from 'zod'

const number = z.number()
const names = z.array(z.string())

/** A quantity over the steps of a training: what is on the vertical axis, and what a step is (`epoch`, `step`). */
const Curve = z.object({ title: z.string(), quantity: z.string(), unit: z.string(), values: z.array(number) })

/** Cross-validated accuracy inside the fit split over one option. */
const SweepCurve = z.object({
  title: z.string(),
  option: z.string(),
  points: z.array(z.object({ value: number, accuracy: number })),
})

/** The eigenvalues of M, largest first. */
const Spectrum = z.object({ title: z.string(), values: z.array(number) })

/** Test images in a plane in which near ones of the metric stay near. */
const EmbeddingMap = z.object({
  title: z.string(),
  points: z.array(z.object({ x: number, y: number, label: number, right: z.boolean() })),
})

/** A small JPEG as a data URL, and what it shows. */
const Picture = z.object({ image: z.string(), id: z.string() })

/** A query and the training images that its code leans on. */
const Explanation = z.object({
  title: z.string(),
  query: Picture,
  truth: z.string(),
  predicted: z.string(),
  right: z.boolean(),
  support: z.array(Picture.extend({ className: z.string(), code: number })),
  /** The classes of the largest shares of the code, and the true one where it is not among them. */
  shares: z.array(z.object({ className: z.string(), share: number })),
  /** Of a wrong prediction: the training images of the true class that are nearest in the metric. */
  nearest: z.array(Picture),
})

/** Two classes that are often confused: a test image that was, and a training image of both classes. */
const ConfusedPair = z.object({
  truth: z.string(),
  predicted: z.string(),
  count: number,
  mistaken: Picture,
  ofTruth: Picture,
  ofPredicted: Picture,
})

/** Confidence beside accuracy of the test images, in bins, and the expected calibration error. */
const Reliability = z.object({
  title: z.string(),
  error: number,
  bins: z.array(z.object({ confidence: number, accuracy: number, count: number })),
})

/** How well the metric finds test images of the same class. */
const RetrievalMeasures = z.object({
  title: z.string(),
  recall: z.array(z.object({ k: number, share: number })),
  mapAtR: number,
})

/** What the report shows of one row besides its numbers. */
export const Figures = z.object({
  curves: z.array(Curve).default([]),
  spectra: z.array(Spectrum).default([]),
  maps: z.array(EmbeddingMap).default([]),
  gallery: z.array(Explanation).default([]),
  reliability: z.array(Reliability).default([]),
  retrieval: z.array(RetrievalMeasures).default([]),
  pairs: z.array(ConfusedPair).default([]),
})

/** An empty list of each. */
export const emptyFigures = () => Figures.parse({})

/** What the figures of the report are drawn from, beside the rows of `results.json`. */
export const Details = Figures.extend({
  classes: names,
  /** Identifiers and true labels of the test images, in the order of the predictions. */
  test: z.object({ ids: names, labels: z.array(number) }),
  /** Predicted labels of each row, by the row's key. */
  predictions: z.record(z.string(), z.array(number)),
  sweeps: z.array(SweepCurve),
})

export type Curve = z.infer<typeof Curve>
export type SweepCurve = z.infer<typeof SweepCurve>
export type Spectrum = z.infer<typeof Spectrum>
export type EmbeddingMap = z.infer<typeof EmbeddingMap>
export type Picture = z.infer<typeof Picture>
export type Explanation = z.infer<typeof Explanation>
export type ConfusedPair = z.infer<typeof ConfusedPair>
export type Reliability = z.infer<typeof Reliability>
export type RetrievalMeasures = z.infer<typeof RetrievalMeasures>
export type Figures = z.infer<typeof Figures>
export type Details = z.infer<typeof Details>

/** The images that a run is tested on, with the names of the classes. */
export type TestImages = Pick<Details, 'classes' | 'test'>

export const emptyDetails = (images: TestImages = { classes: [], test: { ids: [], labels: [] } }): Details => ({
  ...images,
  predictions: {},
  sweeps: [],
  ...emptyFigures(),
})
