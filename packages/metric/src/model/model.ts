import * as z from 'zod'
import { floats, matrix, positive } from './arrays.ts'
import { CollaborativeDecision } from './decisions/collaborative.ts'
import { KernelDecision } from './decisions/kernel.ts'
import { decisionSizes } from './decisions/kinds.ts'
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

/** Width d of the features that a model takes. */
export function modelWidth({ embedding, decision }: Pick<Model, 'embedding' | 'decision'>): number {
  if (!embedding) return decisionSizes(decision).width
  return embedding.factor instanceof Float32Array ? embedding.factor.length : embedding.factor.shape[1]
}

/** Number C of the classes of a model. */
export const modelClasses = ({ decision }: Pick<Model, 'decision'>): number => decisionSizes(decision).classes

/** What is wrong with the sizes of a model's parts, for each what is expected and what is there; none where they fit. */
export function misfit(model: Model): { part: string; expected: string; received: string } | undefined {
  const { normalisation, embedding, decision, classNames } = model
  const { width: inner, classes, agree = [] } = decisionSizes(decision)
  const width = modelWidth(model)
  const sizes: [string, number, number][] = [
    ['normalisation.center', width, normalisation.center?.length ?? width],
    ['classNames', classes, classNames?.length ?? classes],
  ]
  if (embedding) {
    const { factor, offset } = embedding
    sizes.push(['embedding.offset', width, offset?.length ?? width])
    sizes.push(['embedding.factor', inner, factor instanceof Float32Array ? factor.length : factor.shape[0]])
  }
  for (const [part, expected, received] of agree) sizes.push([`decision.${part}`, expected, received])
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
