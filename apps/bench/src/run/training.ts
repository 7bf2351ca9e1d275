import type { Backbone } from '@dml-crc/backbones'
import type { OnProgress, Prng } from '@dml-crc/core'
import { createLoader, randomResizedCrop, type Sampler } from '@dml-crc/datasets'
import { adamW, type Callback, fit, type Task, warmUpCosine } from '@dml-crc/trainer'
import type { TrainingEntry } from '../experiment/schema.ts'
import type { Curve } from '../results/details.ts'
import type { Study } from './study.ts'

/**
 * Trains a task on the fit split with random views. A training that was
 * stopped goes on from its last checkpoint, bit for bit as if it had not been.
 * @returns the seconds that the training took, those before a stop included, and its loss over the epochs
 */
export async function train(
  study: Study,
  task: Task,
  backbone: Backbone,
  { epochs, batchSize, learningRate, weightDecay, warmUp, scale, clipNorm }: TrainingEntry,
  { title, prng, checkpoints, sampler }: { title: string; prng: Prng; checkpoints: string; sampler: Sampler },
): Promise<{ seconds: number; curve: Curve }> {
  const { images, terminal, signal } = study
  const transform = randomResizedCrop({ size: backbone.inputSize, scale })
  const clock = clockCallback()
  const result = await fit(task, {
    loader: createLoader(images.fit, { batchSize, transform, prng, sampler }),
    epochs,
    optimizer: adamW({ weightDecay }),
    learningRate,
    schedule: warmUpCosine({ warmUp }),
    clipNorm,
    callbacks: [clock, progressCallback(title, terminal.onProgress)],
    checkpoints: { folder: checkpoints, resume: true },
    signal,
    onNote: terminal.note,
  })
  signal.throwIfAborted()
  const values = result.history.map((epoch) => epoch.values.loss)
  return { seconds: clock.seconds(), curve: { title, quantity: 'loss', unit: 'epoch', values } }
}

/** Counts the seconds of a training, over as many processes as it takes. */
function clockCallback(): Callback & { seconds(): number } {
  const begun = performance.now()
  let before = 0
  const seconds = () => before + (performance.now() - begun) / 1000
  return {
    name: 'clock',
    seconds,
    save: async () => ({ json: seconds(), tensors: new Map() }),
    restore: ({ json }) => {
      before = json as number
    },
  }
}

function progressCallback(task: string, onProgress: OnProgress): Callback {
  let total = 0
  return {
    name: 'progress',
    start({ steps }) {
      total = steps
      onProgress({ kind: 'start', task, total, unit: 'steps' })
    },
    step: ({ step, loss }) =>
      onProgress({ kind: 'advance', task, done: step + 1, total, note: `loss ${loss.toFixed(3)}` }),
    end: () => onProgress({ kind: 'end', task }),
  }
}
