import { join } from 'node:path'
import type { Backbone } from '@dml-crc/backbones'
import type { OnProgress, Prng } from '@dml-crc/core'
import { createLoader, cutMix, type ImageRecord, mixup, type Sampler } from '@dml-crc/datasets'
import {
  adamW,
  bestWeights,
  type Callback,
  earlyStopping,
  fit,
  type Task,
  tensorBoard,
  warmUpCosine,
} from '@dml-crc/trainer'
import type { TrainingEntry } from '../../experiment/schema.ts'
import type { Curve } from '../../results/details.ts'
import type { Row } from '../../results/schema.ts'
import type { Study } from '../study.ts'
import { trainingView } from '../views.ts'

const MIXES = { mixup, cutMix }

/** What a training needs beside what the experiment says of it. */
export interface TrainingParts {
  title: string
  prng: Prng
  /** The folder of its checkpoints. */
  checkpoints: string
  sampler: Sampler
  /** The images that it learns from. */
  records: readonly ImageRecord[]
  /** The accuracy on those that are held out, where the training is to end by it. */
  heldOutAccuracy?: () => Promise<number>
}

/** What came of a training. */
export interface Trained {
  /** Those before a stop included. */
  seconds: number
  /** The loss over the epochs. */
  curve: Curve
  /** Which epoch was the best by the images held out, where the training ended by them. */
  chosen?: NonNullable<Row['chosen']>[number]
}

/**
 * Trains a task on random views of the images. A training that was stopped goes on from its last checkpoint, bit for bit as if
 * it had not been. Losses, rates and measured values are written for TensorBoard, in `events/` of the run.
 */
export async function train(
  { experiment, folder, terminal, signal }: Study,
  task: Task,
  backbone: Backbone,
  entry: TrainingEntry,
  { title, prng, checkpoints, sampler, records, heldOutAccuracy }: TrainingParts,
): Promise<Trained> {
  const { epochs, batchSize, learningRate, weightDecay, warmUp, clipNorm, earlyStop, mix } = entry
  const transform = trainingView(backbone, experiment, entry)
  const clock = clockCallback()
  const best = { monitor: 'accuracy', mode: 'max' } as const
  const ending = earlyStop && [
    earlyStopping({ ...best, patience: earlyStop.patience }),
    bestWeights({ ...best, variables: task.variables }),
  ]
  const result = await fit(task, {
    loader: createLoader(records, { batchSize, transform, prng, sampler, mix: mix && MIXES[mix.method](mix) }),
    epochs,
    optimizer: adamW({ weightDecay }),
    learningRate,
    schedule: warmUpCosine({ warmUp }),
    clipNorm,
    evaluate: heldOutAccuracy && (async () => ({ accuracy: await heldOutAccuracy() })),
    callbacks: [
      clock,
      progressCallback(title, terminal.onProgress),
      tensorBoard(join(folder.path, 'events', title.replaceAll(/[^\w.-]+/g, '-'))),
      ...(ending ?? []),
    ],
    checkpoints: { folder: checkpoints, resume: true },
    signal,
    onNote: terminal.note,
  })
  signal.throwIfAborted()
  const values = result.history.map((epoch) => epoch.values.loss)
  return {
    seconds: clock.seconds(),
    curve: { title, quantity: 'loss', unit: 'epoch', values },
    ...(earlyStop && { chosen: bestEpoch(result.history.map((epoch) => epoch.values.accuracy)) }),
  }
}

/** The first epoch of the largest accuracy; at the limit where it is the last one that was tried. */
function bestEpoch(accuracies: readonly number[]): NonNullable<Row['chosen']>[number] {
  const accuracy = Math.max(...accuracies)
  const value = accuracies.indexOf(accuracy) + 1
  return { option: 'epochs', value, candidates: accuracies.length, accuracy, atLimit: value === accuracies.length }
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
