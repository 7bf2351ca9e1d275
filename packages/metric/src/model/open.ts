import { InputError, NumericalError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import * as tf from '@tensorflow/tfjs'
import { checkFeatures } from '../samples/checks.ts'
import { type Features, largest, type Matrix, mapRows } from '../samples/matrix.ts'
import type { HostDecision, OpenDecision } from './decisions/decision.ts'
import { openDecision } from './decisions/kinds.ts'
import { type Explanation, explanations } from './explanation.ts'
import { type Calibration, type Model, modelWidth } from './model.ts'
import { openFront } from './open-embedding.ts'
import { requireCollaborative } from './require-collaborative.ts'

/** What a model says about queries. */
export interface Prediction {
  /** [B] the class of the highest score. */
  readonly labels: Int32Array
  /** [B, C] larger is likelier. */
  readonly scores: Matrix
  /** [B, C] softmax(temperature · scores), each row a distribution: as trustworthy as the calibration of the model. */
  readonly probabilities: Matrix
  /** [B] 1 where the likeliest class is below the threshold of the calibration; without one, 0 everywhere. */
  readonly unknown: Uint8Array
}

/** A model on the engine, for many calls. */
export interface OpenModel {
  /** Scores [B, C] of features [B, d] as the network gives them. Call it inside tf.tidy. */
  scores(features: tf.Tensor2D): tf.Tensor2D
  /** x [B, r], where the decision takes features [B, d]. Call it inside tf.tidy. */
  embed(features: tf.Tensor2D): tf.Tensor2D
  /** @throws {InputError} for features of another width or that are not finite; {NumericalError} for such scores. */
  predict(features: Features): Promise<Prediction>
  /**
   * Why it classifies features [B, d] as it does, as the function `explain` says.
   * @throws {InputError} for features of another width, or a model without codes.
   */
  explain(features: Features, options?: { top?: number }): Promise<Explanation[]>
  /** Frees the tensors. */
  dispose(): void
}

/** Puts a model on the engine. `predict` and `explain` do it for a single call. */
export function openModel(model: Model): OpenModel {
  const width = modelWidth(model)
  let parts!: { front: ReturnType<typeof openFront>; decision: OpenDecision | HostDecision }
  const tensors = tf.tidy(() => {
    const [front, decision] = [openFront(model), openDecision(model.decision)]
    parts = { front, decision }
    return [...front.tensors, ...('tensors' in decision ? decision.tensors : [])]
  })
  const { front, decision } = parts

  async function scoresOf(rows: Matrix): Promise<Matrix> {
    if ('hostScores' in decision) return decision.hostScores(await mapRows(rows, width, front.embed))
    return mapRows(rows, Math.max(width, decision.perQuery), (x) => decision.scores(front.embed(x)))
  }

  return {
    embed: front.embed,
    scores(features) {
      if ('scores' in decision) return decision.scores(front.embed(features))
      throw new InputError(`scores of ${model.method} as a tensor`, {
        expected: 'a classifier that is computed on the engine',
        received: 'one whose codes are solved on the host',
        remedy: 'Use predict, or another method.',
      })
    },
    async predict(features) {
      const scores = await scoresOf(await checkFeatures(features, 'queries', width))
      const wrong = scores.data.findIndex((value) => !Number.isFinite(value))
      if (wrong >= 0) {
        throw new NumericalError(`scores of ${model.method}`, {
          expected: 'finite numbers',
          received: `${scores.data[wrong]} for query ${Math.floor(wrong / scores.shape[1])}`,
          remedy: 'Look at the size of the features, or normalise them (unitNorm).',
        })
      }
      return { labels: largest(scores), scores, ...calibrated(scores, model.calibration) }
    },
    async explain(features, { top = 8 } = {}) {
      checkWhole('top', top)
      const own = requireCollaborative(model, 'explain').decision
      const rows = await checkFeatures(features, 'queries', width)
      const queries = await mapRows(rows, width, front.embed)
      const predicted = largest(await scoresOf(rows))
      const { open } = decision as OpenDecision
      return explanations(own, open!, queries, predicted, top)
    },
    dispose: () => tf.dispose(tensors),
  }
}

/** softmax(temperature · scores) of each row, and which rows are below the threshold. */
export function calibrated(
  { data, shape }: Matrix,
  { temperature = 1, threshold = 0 }: Partial<Calibration> = {},
): Pick<Prediction, 'probabilities' | 'unknown'> {
  const [rows, classes] = shape
  const out = new Float32Array(data.length)
  const unknown = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) {
    const [begin, end] = [i * classes, (i + 1) * classes]
    const top = data.subarray(begin, end).reduce((a, b) => Math.max(a, b))
    let sum = 0
    for (let j = begin; j < end; j++) sum += out[j] = Math.exp(temperature * (data[j] - top))
    for (let j = begin; j < end; j++) out[j] /= sum
    // The likeliest class has e⁰ = 1 of the sum.
    unknown[i] = 1 / sum < threshold ? 1 : 0
  }
  return { probabilities: { data: out, shape }, unknown }
}
