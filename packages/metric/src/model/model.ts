import * as z from 'zod'
import { isDual } from '../coding/ridge-code.ts'
import { classCounts } from '../samples/checks.ts'
import { floats, matrix, positive } from './arrays.ts'
import { CollaborativeDecision } from './decisions/collaborative.ts'
import { KernelDecision } from './decisions/kernel.ts'
import { LinearDecision } from './decisions/linear.ts'
import { NeighbourDecision } from './decisions/neighbours.ts'
import { PatchDecision } from './decisions/patches.ts'
import { PrototypeDecision } from './decisions/prototypes.ts'
import { RandomFeaturesDecision } from './decisions/random-features.ts'
import { RobustDecision } from './decisions/robust.ts'
import { Normalisation } from './normalisation.ts'

/** The linear map that normalised features go through: (x − offset) Lᵀ. */
export const Embedding = z.strictObject({
  /** L [r, d], or its diagonal [d]. */
  factor: z.union([matrix, floats]),
  /** [d] taken off before it, if anything is. */
  offset: floats.optional(),
  /** Whether rows are scaled to length 1 after it. */
  unitLength: z.boolean(),
})
export type Embedding = Readonly<z.infer<typeof Embedding>>

const Decision = z.discriminatedUnion('kind', [
  CollaborativeDecision,
  LinearDecision,
  NeighbourDecision,
  PatchDecision,
  PrototypeDecision,
  RobustDecision,
  KernelDecision,
  RandomFeaturesDecision,
])
export type Decision = Readonly<z.infer<typeof Decision>>

/** How scores become probabilities, softmax(temperature · scores), chosen on held-out samples. */
export const Calibration = z.strictObject({
  temperature: positive,
  /** Least probability of the likeliest class; below it a query shows none of the classes. */
  threshold: z.number().min(0).max(1).optional(),
})
export type Calibration = Readonly<z.infer<typeof Calibration>>

/** How an option was chosen inside a fit. */
export const Choice = z.strictObject({
  value: z.number(),
  /** Share of held-out samples that the chosen value classifies correctly. */
  accuracy: z.number(),
  /** All values tried with their accuracies, in ascending order of the values. */
  tried: z.array(z.strictObject({ value: z.number(), accuracy: z.number() })),
  /** Whether the best value is the last one that the limits allow: a better one may lie beyond. */
  atLimit: z.boolean(),
})
export type Choice = Readonly<z.infer<typeof Choice>>

/**
 * A fitted classifier as plain data on the host: nothing of it lives on the engine, so nothing has to be disposed of. The
 * way of a query: features [d] → `normalisation` → `embedding` [r] → `decision` → scores [C].
 */
export const Model = z.strictObject({
  format: z.literal(1),
  /** The name of the method that made it. */
  method: z.string(),
  normalisation: Normalisation,
  /** Without it the normalised features are taken as they are. */
  embedding: Embedding.optional(),
  decision: Decision,
  /** [C] */
  classNames: z.array(z.string()).optional(),
  calibration: Calibration.optional(),
  /** The options that the fit chose for itself, by name, with what it tried. */
  chosen: z.record(z.string(), Choice).optional(),
  /** The loss at each step of the learning, where there was any. */
  losses: z.array(z.number()).optional(),
})
export type Model<D extends Decision = Decision> = Readonly<Omit<z.infer<typeof Model>, 'decision'>> & {
  readonly decision: D
}

/** A fitted member of the CRC family, DML-CRC among them. */
export type CollaborativeModel = Model<CollaborativeDecision>

/** Width r of what the decision takes. */
function decisionWidth(decision: Decision): number {
  switch (decision.kind) {
    case 'linear':
      return decision.weights.shape[0]
    case 'neighbours':
    case 'kernel':
      return decision.samples.shape[1]
    case 'randomFeatures':
      return decision.projection.shape[0]
    case 'prototypes':
      return decision.prototypes.shape[1]
    default:
      return decision.dictionary.shape[1]
  }
}

/** Width d of the features that a model takes. */
export function modelWidth({ embedding, decision }: Pick<Model, 'embedding' | 'decision'>): number {
  if (!embedding) return decisionWidth(decision)
  return embedding.factor instanceof Float32Array ? embedding.factor.length : embedding.factor.shape[1]
}

/** Number C of the classes of a model. */
export function modelClasses({ decision }: Pick<Model, 'decision'>): number {
  switch (decision.kind) {
    case 'linear':
      return decision.bias.length
    case 'prototypes':
      return decision.prototypes.shape[0]
    case 'kernel':
      return decision.coefficients.shape[1]
    case 'randomFeatures':
      return decision.weights.shape[1]
    default:
      return classCounts(decision.labels).length
  }
}

/** What is wrong with the sizes of a model's parts, for each what is expected and what is there; none where they fit. */
export function misfit(model: Model): { part: string; expected: string; received: string } | undefined {
  const { normalisation, embedding, decision, classNames } = model
  const [width, classes, inner] = [modelWidth(model), modelClasses(model), decisionWidth(decision)]
  const sizes: [string, number, number][] = [
    ['normalisation.center', width, normalisation.center?.length ?? width],
    ['classNames', classes, classNames?.length ?? classes],
  ]
  if (embedding) {
    const { factor } = embedding
    sizes.push(['embedding.offset', width, embedding.offset?.length ?? width])
    sizes.push(['embedding.factor', inner, factor instanceof Float32Array ? factor.length : factor.shape[0]])
  }
  if (decision.kind === 'linear') sizes.push(['decision.weights', classes, decision.weights.shape[1]])
  if (decision.kind === 'collaborative' || decision.kind === 'robust' || decision.kind === 'patches')
    sizes.push(['decision.labels', decision.dictionary.shape[0], decision.labels.length])
  if (decision.kind === 'patches') sizes.push(['decision.patches', 0, decision.dictionary.shape[1] % decision.patches])
  if (decision.kind === 'neighbours') {
    sizes.push(['decision.labels', decision.samples.shape[0], decision.labels.length])
    if (decision.k > decision.labels.length) sizes.push(['decision.k', decision.labels.length, decision.k])
  }
  if (decision.kind === 'kernel')
    sizes.push(['decision.coefficients', decision.samples.shape[0], decision.coefficients.shape[0]])
  if (decision.kind === 'randomFeatures')
    sizes.push(['decision.projection', decision.weights.shape[0], decision.projection.shape[1]])
  if (decision.kind === 'collaborative' && 'inverse' in decision.code) {
    const { shape } = decision.dictionary
    const side = isDual(shape, decision.gamma) ? shape[0] : shape[1]
    for (const size of decision.code.inverse.shape) sizes.push(['decision.code.inverse', side, size])
  }
  if (decision.kind === 'collaborative' && decision.gamma !== undefined) {
    const { code, residuals, weights } = decision
    if (!embedding?.unitLength || code.kind !== 'ridge' || residuals !== 'gram' || weights.mean !== 0) {
      const expected = 'an embedding of unit length, the code `ridge`, residuals by `gram` and weights.mean = 0'
      return { part: 'decision.gamma', expected, received: 'another combination' }
    }
  }
  const wrong = sizes.find(([, expected, received]) => expected !== received)
  return wrong && { part: wrong[0], expected: `size ${wrong[1]}`, received: `size ${wrong[2]}` }
}
