import * as tf from '@tensorflow/tfjs'
import { classLayout } from '../coding/class-layout.ts'
import type { Fold } from '../samples/folds.ts'
import { takeNumbers, takeRows, toTensor } from '../samples/matrix.ts'
import { type Images, meanViews } from '../samples/views.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { createLearner, type LearningTask } from './learner.ts'
import { collaborativeLoss } from './losses/collaborative-loss.ts'

/** The loss at each step of images held out of the training, coded over those trained on. */
function heldOutLosses(task: LearningTask, { fit, held }: Fold, onStep: () => void): Promise<number[]> {
  const { features, images, options, prng } = task
  const part: Images = {
    views: Array.from(fit, (i) => images.views[i]),
    labels: fit.map((i) => images.labels[i]) as Int32Array,
  }
  const all = meanViews(features, images)
  const labels = held.map((i) => images.labels[i])
  const layout = classLayout(part.labels)
  return withTensors(async (own) => {
    const [dictionary, queries] = [own(toTensor(takeRows(all, fit))), own(toTensor(takeRows(all, held)))]
    const learner = own(await createLearner({ features, images: part, options, prng }))
    const { parameters } = learner
    const losses: number[] = []
    for (let step = 0; step < options.steps; step++) {
      await learner.step()
      const loss = tf.tidy(() =>
        collaborativeLoss({
          queries,
          labels,
          dictionary,
          dictionaryLabels: part.labels,
          parameters,
          rule: options.rule,
          layout,
        }),
      )
      losses.push((await takeNumbers(loss))[0])
      onStep()
    }
    return losses
  })
}

/** The number of steps of least held-out loss, summed over the folds that are tried. */
export async function chooseSteps(task: LearningTask, folds: readonly Fold[], onStep: () => void): Promise<number> {
  const sums = new Float64Array(task.options.steps)
  for (const fold of folds) {
    const losses = await heldOutLosses(task, fold, onStep)
    losses.forEach((loss, step) => {
      sums[step] += loss
    })
  }
  return sums.indexOf(Math.min(...sums)) + 1
}
