import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { InputError, NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Callback } from './callback.ts'
import { jsonLines } from './callbacks/json-lines.ts'
import { leakWatch } from './callbacks/leak-watch.ts'
import { type FitOptions, fit } from './fit.ts'
import type { Schedule } from './optimizer/schedules.ts'
import { sgd } from './optimizer/sgd.ts'
import { readTensors } from './snapshot.ts'
import { ToyLoader, toyTask } from './testdata/toy.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fit-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => tf.disposeVariables())

const options = (): FitOptions => ({ loader: new ToyLoader(), epochs: 4, optimizer: sgd(), learningRate: 0.1 })

/** The losses of the steps that a run takes. */
function record(): Callback & { losses: number[] } {
  const losses: number[] = []
  return { name: 'record', losses, step: ({ loss }) => void losses.push(loss) }
}

it('learns, tells its callbacks every step, and leaks no tensor', async () => {
  const task = toyTask()
  const before = tf.memory().numTensors
  const recorder = record()
  const result = await fit(task, { ...options(), learningRate: 0.3, callbacks: [recorder] })
  expect(result).toMatchObject({ outcome: 'finished', steps: 12 })
  expect(recorder.losses).toHaveLength(12)
  expect(result.history).toHaveLength(4)
  expect(result.history[3].values.loss).toBeLessThan(result.history[0].values.loss / 2)
  const [, second] = result.history
  expect(second.values.loss).toBeCloseTo((recorder.losses[3] + recorder.losses[4] + recorder.losses[5]) / 3, 6)
  expect(tf.memory().numTensors).toBe(before)
})

it('keeps memory flat over 500 steps with everything switched on', async () => {
  const heap: number[] = []
  const watch: Callback = { name: 'watch', step: ({ step }) => void (step % 100 === 99 && heap.push(memory())) }
  const callbacks = [leakWatch(), jsonLines(join(folder, 'long.jsonl')), watch]
  const checkpoints = { folder: join(folder, 'long'), everySteps: 250 }
  const { steps } = await fit(toyTask(), {
    ...options(),
    epochs: 84,
    accumulate: 1,
    average: 0.9,
    clipNorm: 1,
    callbacks,
    checkpoints,
    loader: new ToyLoader(2),
  })
  expect(steps).toBeGreaterThan(500)
  expect(heap.at(-1)! - heap[1]).toBeLessThan(20e6)
})

it('accumulates the mean gradient of several batches, and the rest of an epoch as a shorter step', async () => {
  const steps: number[] = []
  const callbacks = [{ name: 'sizes', step: ({ images }: { images: number }) => void steps.push(images) }]
  const result = await fit(toyTask(), { ...options(), epochs: 2, accumulate: 2, callbacks })
  expect(steps).toEqual([8, 4, 8, 4])
  expect(result.steps).toBe(4)
})

it('a whole epoch accumulated is one step of its mean gradient', async () => {
  const gradients: Map<string, tf.Tensor>[] = []
  const keep = (name: string): Callback => ({
    name,
    gradients: (event) => void gradients.push(new Map([...event.gradients].map(([n, g]) => [n, g.clone()]))),
  })
  // No learning, so that all batches meet the same weights.
  await fit(toyTask(), { ...options(), epochs: 1, learningRate: 1e-30, callbacks: [keep('each')] })
  await fit(toyTask(), { ...options(), epochs: 1, learningRate: 1e-30, accumulate: 3, callbacks: [keep('all')] })
  const [a, b, c, all] = await Promise.all(gradients.map(async (g) => g.get('kernel')!.data()))
  for (let i = 0; i < all.length; i++) expect(all[i]).toBeCloseTo((a[i] + b[i] + c[i]) / 3, 6)
})

/** Bytes that are still reachable: what V8 has not collected yet does not count. */
function memory(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('checkpoints', () => {
  const checkpointed = (name: string, more: Partial<FitOptions> = {}): FitOptions => ({
    ...options(),
    average: 0.8,
    ...more,
    checkpoints: { folder: join(folder, name), everySteps: 1, resume: true, ...more.checkpoints },
  })

  it.each([1, 2, 3, 7, 11])('resumes after step %d bit for bit', async (last) => {
    const whole = record()
    const wholeTask = toyTask()
    await fit(wholeTask, checkpointed(`whole ${last}`, { callbacks: [whole] }))

    const controller = new AbortController()
    const stop: Callback = { name: 'stop', step: ({ step }) => void (step === last - 1 && controller.abort('enough')) }
    const first = record()
    const name = `parts ${last}`
    const interrupted = await fit(
      toyTask(),
      checkpointed(name, { callbacks: [first, stop], signal: controller.signal }),
    )
    expect(interrupted).toMatchObject({ outcome: 'interrupted', reason: 'enough', steps: last })
    const second = record()
    const task = toyTask()
    const result = await fit(task, checkpointed(name, { callbacks: [second] }))
    expect([...first.losses, ...second.losses]).toEqual(whole.losses)
    expect(await readTensors(task.variables)).toEqual(await readTensors(wholeTask.variables))
    expect(result.history).toHaveLength(4)
  })

  it('a run that a callback ended is not taken up again', async () => {
    const stopper: Callback = { name: 'stopper', epoch: ({ epoch, stop }) => void (epoch === 1 && stop('good enough')) }
    await fit(toyTask(), checkpointed('ended', { callbacks: [stopper] }))
    const outcomes: string[] = []
    const watcher: Callback = { name: 'watcher', end: (how) => void outcomes.push(how) }
    const again = await fit(toyTask(), checkpointed('ended', { callbacks: [watcher] }))
    expect(again).toMatchObject({ outcome: 'stopped', reason: 'good enough', steps: 6 })
    expect(outcomes).toEqual(['stopped'])
  })

  it('refuses to start a new run over an old one', async () => {
    await fit(toyTask(), checkpointed('old'))
    const fresh = checkpointed('old')
    fresh.checkpoints!.resume = false
    await expect(fit(toyTask(), fresh)).rejects.toThrow(/folder without checkpoints/)
  })

  it('keeps the best epoch by the monitored value', async () => {
    const accuracies = [0.1, 0.6, 0.3, 0.2]
    const weights: Float32Array[] = []
    const task = toyTask()
    const evaluate = async (epoch: number) => {
      weights.push((await task.variables.get('kernel')!.data()) as Float32Array)
      return { accuracy: accuracies[epoch] }
    }
    const where = join(folder, 'best')
    await fit(task, {
      ...options(),
      evaluate,
      checkpoints: { folder: where, best: { monitor: 'accuracy', mode: 'max' } },
    })
    const { CheckpointFolder } = await import('./checkpoint.ts')
    const { parts } = await new CheckpointFolder(where).load('best')
    expect(parts.get('model')!.tensors.get('kernel')!.data).toEqual(weights[1])
  })
})

it('refuses two callbacks that would share one place in a checkpoint, and keeps one called «task» apart from the task', async () => {
  const saved = (name: string, value: number): Callback => ({
    name,
    save: async () => ({ json: value, tensors: new Map() }),
    restore: ({ json }) => expect(json).toBe(value),
  })
  const twice = fit(toyTask(), { ...options(), callbacks: [saved('clock', 1), saved('clock', 2)] })
  await expect(twice).rejects.toThrow(/a name of its own.*«clock» twice/)
  const checkpoints = { folder: join(folder, 'names'), resume: true }
  const run = () => fit(toyTask(), { ...options(), checkpoints, callbacks: [saved('task', 1), saved('run', 2)] })
  await run()
  expect((await run()).outcome).toBe('finished')
})

it('a callback ends the run, with its reason', async () => {
  const stopper: Callback = { name: 'stopper', epoch: ({ epoch, stop }) => void (epoch === 1 && stop('good enough')) }
  const result = await fit(toyTask(), { ...options(), callbacks: [stopper] })
  expect(result).toMatchObject({ outcome: 'stopped', reason: 'good enough', steps: 6 })
})

it('does not end with weights that its last step made infinite, nor saves them', async () => {
  const where = join(folder, 'spoilt')
  const spoil: Schedule = (step) => (step === 5 ? 1e38 : 1)
  const checkpoints = { folder: where, everySteps: 1 }
  const running = fit(toyTask(), { ...options(), epochs: 2, schedule: spoil, learningRate: 10, checkpoints })
  await expect(running).rejects.toThrow(/a weight kernel that is not finite.*after step 5 in .*spoilt is sound/)
  const { CheckpointFolder } = await import('./checkpoint.ts')
  const { step, parts } = await new CheckpointFolder(where).load('latest')
  expect(step).toBe(5)
  expect([...parts.get('model')!.tensors.get('kernel')!.data].every((value) => Number.isFinite(Number(value)))).toBe(
    true,
  )
})

it('tells the callbacks of a failure, and leaks nothing', async () => {
  const task = toyTask()
  const before = tf.memory().numTensors
  const outcomes: string[] = []
  const watcher: Callback = { name: 'watcher', end: (how) => void outcomes.push(how) }
  const running = fit(task, { ...options(), learningRate: 1e38, callbacks: [watcher] })
  await expect(running).rejects.toThrow(NumericalError)
  await expect(running).rejects.toThrow(/rates: all 1e\+38/)
  expect(outcomes).toEqual(['failed'])
  expect(tf.memory().numTensors).toBe(before)
})

it.each([
  ['epochs', { epochs: 0 }],
  ['accumulate', { accumulate: 1.5 }],
  ['learningRate', { learningRate: Number.NaN }],
  ['clipNorm', { clipNorm: 0 }],
  ['average', { average: 1 }],
])('refuses %s out of range', async (what, wrong) => {
  const running = fit(toyTask(), { ...options(), ...wrong })
  await expect(running).rejects.toThrow(InputError)
  await expect(running).rejects.toThrow(what)
})
