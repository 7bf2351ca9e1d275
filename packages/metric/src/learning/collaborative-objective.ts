import { InputError } from '@dml-crc/core/errors'
import { Prng, type PrngState } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import type { Rule } from '../coding/residuals.ts'
import { hostInverse } from '../coding/ridge-code.ts'
import type { CollaborativeModel } from '../model/model.ts'
import { type Normalisation, normalise } from '../model/normalisation.ts'
import { mapped } from '../model/open-embedding.ts'
import { checkLabelled } from '../samples/checks.ts'
import type { Features } from '../samples/matrix.ts'
import { randomSigns } from '../samples/random-signs.ts'
import { type CollaborativeLossInput, collaborativeLoss } from './losses/collaborative-loss.ts'
import { type MahalanobisOptions, mahalanobis, mahalanobisOf } from './mahalanobis/mahalanobis.ts'
import { type MetricParameters, metricParameters } from './mahalanobis/metric-parameters.ts'
import { DEFAULTS, type MetricOptions } from './metric-options.ts'

/** What a metric starts with; the defaults are those of `dmlCrcGradient`. */
export interface ObjectiveOptions
  extends MahalanobisOptions,
    Partial<Pick<MetricOptions, 'lambda' | 'temperature' | 'meanWeight' | 'ridgeWeight' | 'unitLength'>>,
    ObjectiveSettings {}

export interface ObjectiveSettings {
  /** Default `plain`. */
  rule?: Rule
  /** What is done to features first. Default signed square root with ε = 1e-4 and unit length, which are differentiable. */
  normalisation?: Normalisation
  /** Share of each target that is spread evenly over all classes. Default 0.3. */
  smoothing?: number
  /** Length of the noise put on every normalised feature at each step, relative to its own. Default 1. */
  noise?: number
  /** Draws the noise, and the start of L where that is random. Default `Prng.fromSeed(0)`. */
  prng?: Prng
}

/** The collaborative loss of DML-CRC for features that any network gives, with everything that it learns. */
export interface CollaborativeObjective {
  /** L, λ and the weights; their `variables` are what an optimiser moves beside the network. */
  readonly parameters: MetricParameters
  /** Features [B, d], as the network gives them, in the form that `loss` takes. Differentiable. */
  normalise(features: tf.Tensor2D): tf.Tensor2D
  /** The mean loss of normalised queries [B, d] over a normalised dictionary [N, d]; within a gradient tape. */
  loss(input: Omit<CollaborativeLossInput, 'parameters' | 'rule' | 'smoothing'>): tf.Scalar
  /** The metric as it stands over a dictionary [N, d] of normalised features, for plain features of the network. */
  model(dictionary: Features, labels: ArrayLike<number>, classNames?: readonly string[]): Promise<CollaborativeModel>
  /** The state of the noise, for a checkpoint. */
  noise: { state(): PrngState; restore(state: PrngState): void }
  dispose(): void
}

/** Features of a network while it learns: differentiable at zero. */
const NORMALISATION: Normalisation = { signedSquareRoot: true, rootEpsilon: 1e-4, unitNorm: true }

/**
 * An objective with a metric that starts as `mahalanobis` does.
 * @throws {InputError} for options of another form, see `mahalanobis`.
 */
export async function collaborativeObjective(options: ObjectiveOptions): Promise<CollaborativeObjective> {
  const { lambda, temperature, meanWeight, ridgeWeight, unitLength } = { ...DEFAULTS, ...options }
  const layer = await mahalanobis(options)
  const weights = { residual: temperature, mean: meanWeight, ridge: ridgeWeight }
  return objectiveOf(metricParameters(layer, { lambda, weights, unitLength }), options)
}

/** An objective that goes on from a fitted model, for training in two stages. Features are normalised as the model does. */
export function resumeObjective(model: CollaborativeModel, settings: ObjectiveSettings = {}): CollaborativeObjective {
  const { embedding, decision, normalisation } = model
  if (!embedding || decision.code.kind !== 'ridge') {
    throw new InputError('model', {
      expected: 'one of DML-CRC, with a learned metric',
      received: `one of ${model.method}`,
      remedy: 'Fit it with fitDmlCrc.',
    })
  }
  const layer = mahalanobisOf(embedding.factor)
  const start = { lambda: decision.code.lambda, weights: decision.weights, unitLength: embedding.unitLength }
  const rule = { rule: decision.rule, normalisation: { ...normalisation, rootEpsilon: NORMALISATION.rootEpsilon } }
  return objectiveOf(metricParameters(layer, start), { ...rule, ...settings })
}

function objectiveOf(parameters: MetricParameters, settings: ObjectiveSettings): CollaborativeObjective {
  const {
    rule = DEFAULTS.rule,
    normalisation = NORMALISATION,
    smoothing = DEFAULTS.smoothing,
    noise = DEFAULTS.noise,
  } = settings
  let prng = settings.prng ?? Prng.fromSeed(0)
  /** x with noise, for rows of length 1. */
  const withNoise = (x: tf.Tensor2D): tf.Tensor2D => {
    if (noise === 0) return x
    return tf.add(x, tf.tensor2d(randomSigns(x.size, prng, noise / Math.sqrt(x.shape[1])), x.shape))
  }
  return {
    parameters,
    normalise: (features) => normalise(features, normalisation),
    loss: ({ queries, dictionary, ...input }) =>
      collaborativeLoss({
        ...input,
        queries: withNoise(queries),
        dictionary: withNoise(dictionary),
        parameters,
        rule,
        smoothing,
      }),
    async model(features, given, classNames) {
      const { features: dictionary, labels } = await checkLabelled(features, given)
      const { embedding, lambda, weights } = await parameters.read()
      const rows = await mapped(dictionary, embedding)
      const code = { kind: 'ridge' as const, lambda, inverse: await hostInverse(rows, lambda) }
      return {
        format: 1,
        method: 'DML-CRC',
        normalisation,
        embedding,
        decision: { kind: 'collaborative', dictionary: rows, labels, code, rule, residuals: 'gram', weights },
        ...(classNames && { classNames: [...classNames] }),
      }
    },
    noise: {
      state: () => prng.state(),
      restore: (state) => {
        prng = Prng.fromState(state)
      },
    },
    dispose: () => parameters.dispose(),
  }
}
