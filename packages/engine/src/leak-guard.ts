import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'

/** What TensorFlow.js holds now, and the most bytes that any sample or guard has seen. */
export interface MemorySample {
  tensors: number
  bytes: number
  peakBytes: number
}

let peakBytes = 0

/** Tensors and bytes now, and the peak over all samples so far. */
export function memory(): MemorySample {
  const { numTensors, numBytes } = tf.memory()
  peakBytes = Math.max(peakBytes, numBytes)
  return { tensors: numTensors, bytes: numBytes, peakBytes }
}

/** How many tensors more there are after `act` than before. Tensors in what it returns are disposed first. */
export async function countLeaks(act: () => unknown): Promise<number> {
  const before = tf.memory().numTensors
  const result = await act()
  if (result && typeof result === 'object') tf.dispose(result as tf.TensorContainer)
  memory()
  return tf.memory().numTensors - before
}

/**
 * Runs `act` and looks whether every tensor that it made was disposed, but for those that it returns.
 * @returns what `act` returned
 * @throws EngineError that says how many were left
 */
export async function leakGuard<T>(what: string, act: () => T | Promise<T>): Promise<T> {
  const before = tf.memory().numTensors
  const result = await act()
  memory()
  const returned = new Set(
    tf.tensor_util.getTensorsInContainer(result as tf.TensorContainer).map((tensor) => tensor.id),
  ).size
  const leaked = tf.memory().numTensors - before - returned
  if (leaked <= 0) return result
  throw new EngineError(what, {
    expected: 'every tensor disposed that is not returned',
    received: `${leaked} left behind`,
    remedy: 'Wrap the work in tf.tidy, or dispose what it keeps.',
  })
}

/** For `expect.extend` of vitest or jest: `await expect(() => work()).toLeakNoTensors()`. */
export const leakMatchers = {
  async toLeakNoTensors(act: () => unknown): Promise<{ pass: boolean; message: () => string }> {
    const leaked = await countLeaks(act)
    return { pass: leaked <= 0, message: () => `expected no tensors left behind, ${leaked} were` }
  },
}
