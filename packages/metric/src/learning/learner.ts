import type { Prng } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import { classLogits } from '../coding/class-logits.ts'
import { leaveOneOutCodes } from '../coding/codes.ts'
import { proCrcLeaveOneOutCodes } from '../coding/pro-crc-code.ts'
import { product } from '../coding/product.ts'
import { type Matrix, takeNumbers } from '../samples/matrix.ts'
import { type Images, meanViews } from '../samples/views.ts'
import { Adam } from './adam.ts'
import { crossEntropy } from './losses/cross-entropy.ts'
import { mahalanobis } from './mahalanobis/mahalanobis.ts'
import { type MetricParameters, metricParameters } from './mahalanobis/metric-parameters.ts'
import type { MetricOptions } from './metric-options.ts'
import { type StepSamples, samplesOfSteps } from './step-samples.ts'
import { variableGradients } from './variable-gradients.ts'

/** What the training of one metric needs, after all checks. */
export interface LearningTask {
  /** [V, d] normalised views. */
  readonly features: Matrix
  readonly images: Images
  readonly options: MetricOptions
  /** γ of ProCRC, where the metric is learned through ProCRC's code and not through CRC's. */
  readonly gamma?: number
  readonly prng: Prng
}

/** A metric while it is learned. */
export interface Learner {
  readonly parameters: MetricParameters
  /** One step on all images, or on as many as the options let it take; gives the leave-one-out loss before it. */
  step(): Promise<number>
  /** Frees all of it, the parameters too. */
  dispose(): void
}

/** Rows r of L, where the options leave it open: few, so that L cannot learn the samples one by one. */
const RANK = 256

export async function createLearner({ features, images, options, gamma, prng }: LearningTask): Promise<Learner> {
  const { form, rule, smoothing, learningRate, pull, steps } = options
  const dim = features.shape[1]
  const rank = options.rank ?? (form === 'low-rank' ? Math.min(RANK, dim, images.labels.length) : dim)
  const init = options.init ?? (form === 'diagonal' ? 'identity' : 'within')
  const layer = await mahalanobis({
    dim,
    rank,
    form,
    init,
    features: meanViews(features, images),
    labels: images.labels,
    prng: prng.split('L'),
  })
  const parameters = metricParameters(layer, {
    lambda: options.lambda,
    weights: { residual: options.temperature, mean: options.meanWeight, ridge: options.ridgeWeight },
    unitLength: options.unitLength,
  })
  const start = layer.variable.clone()
  const variables = [...parameters.variables.values()]
  const adam = new Adam(
    variables.map((variable) => ({
      variable,
      learningRate: variable === layer.variable ? learningRate : learningRate * 10,
    })),
  )
  let done = 0
  const samples = samplesOfSteps(features, images, { ...options, prng: prng.split('samples') })

  const lossOf = ({ x, layout, truth, counted }: StepSamples) => {
    const d = parameters.embed(x)
    const lambda = parameters.lambda()
    const alpha =
      gamma === undefined ? leaveOneOutCodes(d, lambda) : proCrcLeaveOneOutCodes(d, layout, { lambda, gamma })
    // ProCRC measures each class's part against the whole reconstruction.
    const targets = gamma === undefined ? undefined : product(alpha, d, { a: true })
    const logits = classLogits({ alpha, dictionary: { d, layout }, targets, weights: parameters.weights(), rule })
    const loss = crossEntropy(logits, truth, { weights: counted, smoothing })
    if (pull === 0) return loss
    return tf.add(loss, tf.mul(tf.sum(tf.square(tf.sub(layer.variable, start))), pull / 2)) as tf.Scalar
  }

  return {
    parameters,
    async step() {
      const loss = tf.tidy(() => {
        const drawn = samples.next()
        const { value, grads } = variableGradients(() => lossOf(drawn), variables)
        // Half a cosine, so that the last steps settle.
        adam.step(grads, 0.5 * (1 + Math.cos((Math.PI * done) / steps)))
        return value
      })
      done++
      return (await takeNumbers(loss))[0]
    },
    dispose() {
      adam.dispose()
      parameters.dispose()
      samples.dispose()
      start.dispose()
    },
  }
}
