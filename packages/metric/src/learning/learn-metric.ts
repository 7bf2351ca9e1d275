import { InputError, NumericalError } from '@dml-crc/core/errors'
import type { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import type { RuleWeights } from '../coding/class-logits.ts'
import type { Embedding } from '../model/model.ts'
import { classCounts } from '../samples/checks.ts'
import { stratifiedFolds } from '../samples/folds.ts'
import type { Matrix } from '../samples/matrix.ts'
import type { Images } from '../samples/views.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { chooseSteps } from './held-out-steps.ts'
import { createLearner } from './learner.ts'
import type { MetricOptions } from './metric-options.ts'

/** What was learned. */
export interface LearnedMetric {
  readonly embedding: Embedding
  readonly lambda: number
  readonly weights: RuleWeights<number>
  /** The loss of each step, before it. */
  readonly losses: readonly number[]
}

/**
 * Learns the metric of DML-CRC on normalised features: every sample is coded over all the others (leave-one-out), and
 * softmax of the logits of its code must find its class. L, λ and the weights of the decision rule are learned by
 * Adam steps on all samples, or on parts of a large set; noise or random views, the low rank and the pull to the start
 * keep L from fitting single samples.
 *
 * @param features [V, d] views, of the images that `images` names
 * @param context.gamma γ of ProCRC, to learn the metric through its code instead of CRC's
 * @throws {InputError} for a class with a single image, or options that do not fit the features, before any work.
 * @throws {NumericalError} when the loss stops being finite.
 */
export async function learnMetric(
  features: Matrix,
  images: Images,
  options: MetricOptions,
  { prng, onProgress, gamma }: { prng: Prng; onProgress: OnProgress; gamma?: number },
): Promise<LearnedMetric> {
  checkPairs(images.labels)
  const { steps, earlyStop } = options
  const task = { features, images, options, gamma, prng }
  const folds = earlyStop
    ? stratifiedFolds(images.labels, earlyStop.folds, prng.split('folds')).slice(0, earlyStop.tried)
    : []
  const name = 'learn the metric'
  onProgress({ kind: 'start', task: name, total: steps * (folds.length + 1), unit: 'step' })
  let done = 0
  const advance = (note?: string) => onProgress({ kind: 'advance', task: name, done: ++done, note })
  const chosen = folds.length > 0 ? await chooseSteps(task, folds, advance) : steps
  return withTensors(async (own) => {
    const learner = own(await createLearner(task))
    const losses: number[] = []
    for (let step = 0; step < chosen; step++) {
      const loss = await learner.step()
      if (!Number.isFinite(loss)) {
        throw new NumericalError(`step ${step} of learning the metric`, {
          expected: 'a finite loss',
          received: `${loss}`,
          remedy: 'Lower learningRate, or raise lambda.',
        })
      }
      losses.push(loss)
      advance(`loss ${loss.toFixed(4)}`)
    }
    onProgress({ kind: 'end', task: name, note: `${chosen} steps` })
    return { ...(await learner.parameters.read()), losses }
  })
}

/** @throws {InputError} when a class has one sample only. */
export function checkPairs(labels: Int32Array): void {
  const single = classCounts(labels).indexOf(1)
  if (single < 0) return
  throw new InputError(`class ${single}`, {
    expected: 'two or more samples, so that one can be coded without itself',
    received: 'one sample',
    remedy: 'Add samples of this class, or leave the class out.',
  })
}
