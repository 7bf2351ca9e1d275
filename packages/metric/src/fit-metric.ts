import { InputError, type OnProgress, Prng } from '@dml-crc/core'
import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'
import { Adam } from './adam.ts'
import { classLayout } from './class-layout.ts'
import { classResiduals, type Rule } from './class-residuals.ts'
import { crossEntropy } from './collaborative-loss.ts'
import { embedder, type FittedMetric } from './fitted-metric.ts'
import { type Fold, stratifiedFolds } from './folds.ts'
import { leaveOneOutResiduals } from './leave-one-out.ts'
import { type Mahalanobis, type MetricForm, type MetricInit, mahalanobis } from './mahalanobis.ts'
import { checkCount, checkLabelled, checkPositive, classCounts, type Features, takeRows, toTensor } from './matrix.ts'
import { drawSamples, type Images, imagesOf, meanViews } from './views.ts'

export interface FitMetricOptions {
  /** Rows r of L. Default 256, or less where the features or the samples are fewer. */
  rank?: number
  /** Default `low-rank`. */
  form?: MetricForm
  /** Default `within`; in the diagonal form `identity`. */
  init?: MetricInit
  /** How class residuals are measured. Default `plain`. */
  rule?: Rule
  /** λ at the start, above 0; learned from there. Default 0.1. */
  lambda?: number
  /** Temperature s at the start, above 0; learned from there. Default 30. */
  temperature?: number
  /** Length of the noise, of random signs, put on each sample at each step, relative to the sample's own. Default 1. */
  noise?: number
  /**
   * Share of each target that is spread evenly over all classes, 0 … 1 (label smoothing: Szegedy et al., CVPR 2016,
   * section 7), so that no sample is pushed further than needed. Default 0.3.
   */
  smoothing?: number
  /** Full-batch steps; at most so many where `earlyStop` chooses them. Default 50. */
  steps?: number
  /** Adam's first rate for L, lowered along half a cosine; ten times that for λ and the temperature. Default 2e-3. */
  learningRate?: number
  /** Weight of the pull of L to its start, ½‖L − L₀‖²·pull. Default 0. */
  pull?: number
  /** Chooses the number of steps on held-out folds, then fits on everything. Default false: all steps are done. */
  earlyStop?: { /** Folds of the fit set. */ folds: number /** How many of them are tried. */; tried?: number } | false
  /**
   * [N] which rows are views of one image. Each step then takes one random view of each image, and the dictionary of
   * the fitted metric is the mean of its views. Without it every row is an image of its own.
   */
  groups?: ArrayLike<number>
  /** Decides noise, views and folds. Default `Prng.fromSeed(0)`. */
  prng?: Prng
  onProgress?: OnProgress
}

/** What the training of one metric needs, after all checks. */
interface Task {
  readonly features: Matrix
  readonly images: Images
  readonly options: Required<Omit<FitMetricOptions, 'groups' | 'onProgress' | 'earlyStop' | 'prng' | 'form'>> &
    Pick<FitMetricOptions, 'form'>
  readonly prng: Prng
}

interface Learner {
  readonly layer: Mahalanobis
  readonly logLambda: tf.Variable<tf.Rank.R0>
  readonly logTemperature: tf.Variable<tf.Rank.R0>
  /** One full-batch step; gives the leave-one-out loss before it. */
  step(): Promise<number>
  dispose(): void
}

async function learner({ features, images, options, prng }: Task): Promise<Learner> {
  const { rank, form, init, rule, noise, smoothing, learningRate, pull } = options
  const dim = features.shape[1]
  const layout = classLayout(images.labels)
  const layer = await mahalanobis({
    dim,
    rank,
    form,
    init,
    features: meanViews(features, images),
    labels: images.labels,
    prng: prng.split('L'),
  })
  const start = layer.variable.clone()
  const logLambda = tf.tidy(() => tf.variable(tf.scalar(Math.log(options.lambda))))
  const logTemperature = tf.tidy(() => tf.variable(tf.scalar(Math.log(options.temperature))))
  const adam = new Adam([
    { variable: layer.variable, learningRate },
    { variable: logLambda, learningRate: learningRate * 10 },
    { variable: logTemperature, learningRate: learningRate * 10 },
  ])
  let done = 0
  // The layout's zeros are nobody's queries.
  const truth = layout.order.map((image) => (image < 0 ? 0 : images.labels[image]))
  const weights = tf.tensor1d(Float32Array.from(layout.order, (image) => (image < 0 ? 0 : 1)))
  const samplePrng = prng.split('samples')
  const sample = () => toTensor(drawSamples(features, images, layout, noise, samplePrng))
  const isRandom = noise > 0 || images.views.some((rows) => rows.length > 1)
  let fixed = isRandom ? undefined : sample()

  return {
    layer,
    logLambda,
    logTemperature,
    async step() {
      const loss = tf.tidy(() => {
        const x = fixed ?? sample()
        const variables = [layer.variable, logLambda, logTemperature]
        const { value, grads } = tf.variableGrads(() => {
          const mapped = layer.apply(x)
          const residuals = leaveOneOutResiduals(mapped, tf.exp(logLambda), { layout, rule })
          const fit = crossEntropy(tf.mul(residuals, tf.neg(tf.exp(logTemperature))), truth, { weights, smoothing })
          if (pull === 0) return fit
          return tf.add(fit, tf.mul(tf.sum(tf.square(tf.sub(layer.variable, start))), pull / 2))
        }, variables)
        // Half a cosine, so that the last steps settle.
        adam.step(grads, 0.5 * (1 + Math.cos((Math.PI * done) / options.steps)))
        return value
      })
      done++
      const [value] = await loss.data()
      loss.dispose()
      return value
    },
    dispose() {
      adam.dispose()
      tf.dispose([weights, start, logLambda, logTemperature])
      fixed = void fixed?.dispose()
    },
  }
}

/** The loss at each step of images held out of the training, coded over those trained on. */
async function heldOutLosses(task: Task, { fit, held }: Fold, onStep: () => void): Promise<number[]> {
  const { features, images, options, prng } = task
  const part: Images = {
    views: Array.from(fit, (i) => images.views[i]),
    labels: fit.map((i) => images.labels[i]) as Int32Array,
  }
  const all = meanViews(features, images)
  const truth = held.map((i) => images.labels[i])
  const layout = classLayout(part.labels)
  const kept = tf.tidy(() => {
    const order = layout.order.map((row) => (row < 0 ? images.views.length : fit[row]))
    const source = tf.concat([toTensor(all), tf.zeros([1, all.shape[1]])]) as tf.Tensor2D
    return { dictionary: tf.gather(source, tf.tensor1d(order, 'int32')), queries: toTensor(takeRows(all, held)) }
  })
  const one = await learner({ features, images: part, options, prng })
  const losses: number[] = []
  try {
    for (let step = 0; step < options.steps; step++) {
      await one.step()
      const loss = tf.tidy(() => {
        const map = (x: tf.Tensor2D) => one.layer.apply(x)
        const lambda = tf.exp(one.logLambda) as tf.Scalar
        const residuals = classResiduals(map(kept.queries), map(kept.dictionary), lambda, {
          layout,
          rule: options.rule,
        })
        return crossEntropy(tf.mul(residuals, tf.neg(tf.exp(one.logTemperature))), truth)
      })
      losses.push((await loss.data())[0])
      loss.dispose()
      onStep()
    }
  } finally {
    one.layer.dispose()
    one.dispose()
    tf.dispose(kept)
  }
  return losses
}

/** The number of steps of least held-out loss, summed over the folds that are tried. */
async function chooseSteps(task: Task, folds: readonly Fold[], onStep: () => void): Promise<number> {
  const sums = new Float64Array(task.options.steps)
  for (const fold of folds) {
    const losses = await heldOutLosses(task, fold, onStep)
    losses.forEach((loss, step) => {
      sums[step] += loss
    })
  }
  return sums.indexOf(Math.min(...sums)) + 1
}

/**
 * Learns the metric of DML-CRC on frozen features by the discriminative loss of METHOD.md: every sample is coded over
 * all the others (leave-one-out), and softmax(−s·r_c) over its class residuals must find its class. L, λ and s are
 * learned by full-batch Adam steps; noise or random views, the low rank and the pull to the start keep L from
 * learning the samples by heart.
 *
 * @param features [N, d], best after `normalise`
 * @param labels [N] classes 0 … C−1, two or more images each
 * @throws {InputError} for features, labels or options of another form, before any work.
 * @throws {NumericalError} when the loss stops being finite.
 */
export async function fitMetric(
  features: Features,
  labels: ArrayLike<number>,
  options: FitMetricOptions = {},
): Promise<FittedMetric> {
  const checked = await checkLabelled(features, labels)
  const images = imagesOf(options.groups, checked.labels)
  const single = classCounts(images.labels).indexOf(1)
  if (single >= 0) {
    throw new InputError(`class ${single}`, {
      expected: 'two or more samples, so that one can be coded without itself',
      received: 'one sample',
      remedy: 'Add samples of this class, or leave the class out.',
    })
  }
  const dim = checked.features.shape[1]
  const {
    form,
    init = form === 'diagonal' ? 'identity' : 'within',
    rule = 'plain',
    lambda = 0.1,
    temperature = 30,
  } = options
  const { noise = 1, smoothing = 0.3, steps = 50, learningRate = 2e-3, pull = 0, earlyStop = false } = options
  const { prng = Prng.fromSeed(0), onProgress = () => {} } = options
  const rank = options.rank ?? (form === 'full' || form === 'diagonal' ? dim : Math.min(256, dim, images.labels.length))
  checkPositive('lambda', lambda)
  checkPositive('temperature', temperature)
  checkPositive('learningRate', learningRate)
  checkCount('steps', steps)
  if (!(noise >= 0) || !(pull >= 0) || !(smoothing >= 0 && smoothing < 1)) {
    const expected = 'numbers of 0 or more, smoothing below 1'
    const received = `${noise}, ${pull}, ${smoothing}`
    throw new InputError('noise, pull, smoothing', { expected, received, remedy: 'Pass 0 to go without.' })
  }
  const task: Task = {
    features: checked.features,
    images,
    options: { rank, form, init, rule, lambda, temperature, noise, smoothing, steps, learningRate, pull },
    prng,
  }

  const folds = earlyStop
    ? stratifiedFolds(images.labels, earlyStop.folds, prng.split('folds')).slice(0, earlyStop.tried ?? 1)
    : []
  const name = 'fit metric'
  onProgress({ kind: 'start', task: name, total: steps * (folds.length + 1), unit: 'step' })
  let done = 0
  const advance = (note?: string) => onProgress({ kind: 'advance', task: name, done: ++done, note })
  const chosen = folds.length > 0 ? await chooseSteps(task, folds, advance) : steps
  const final = await learner(task)
  const losses: number[] = []
  for (let step = 0; step < chosen; step++) {
    losses.push(await final.step())
    advance(`loss ${losses[step].toFixed(4)}`)
  }
  const scalars = await Promise.all([final.logLambda.data(), final.logTemperature.data()])
  const [learnedLambda, learnedTemperature] = scalars.map(([value]) => Math.exp(value))
  final.dispose()
  onProgress({ kind: 'end', task: name, note: `${chosen} steps` })

  const { layer } = final
  return {
    layer,
    lambda: learnedLambda,
    temperature: learnedTemperature,
    rule,
    losses,
    dictionary: meanViews(checked.features, images),
    labels: images.labels,
    embed: embedder(layer),
    dispose: () => layer.dispose(),
  }
}
