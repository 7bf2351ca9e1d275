import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Callback } from '../callback.ts'

/**
 * Stops the run when the number of tensors alive after a step keeps growing: a run that leaks would be killed for its
 * memory hours later. Compares with the count after `settle` steps, when every lazily made tensor exists.
 * @throws {NumericalError} with the number of tensors a step leaves behind.
 *
 * @example leakWatch({ settle: 10 })
 */
export function leakWatch({ settle = 5, allowed = 0 } = {}): Callback {
  let seen = 0
  let baseline = 0
  return {
    name: 'leak guard',
    step({ step }) {
      const { numTensors } = tf.memory()
      if (++seen === settle) baseline = numTensors
      if (seen <= settle || numTensors <= baseline + allowed) return
      throw new NumericalError(`step ${step}`, {
        expected: `${baseline} tensors alive, as after the first ${settle} steps`,
        received: String(numTensors),
        remedy: 'Something keeps a tensor at every step: dispose of what the task or a callback makes.',
      })
    },
  }
}
