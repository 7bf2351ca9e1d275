import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Callback } from '../callback.ts'

/** The first tensor that holds a number that is not finite. */
async function firstNotFinite(tensors: ReadonlyMap<string, tf.Tensor>): Promise<string | undefined> {
  for (const [name, tensor] of tensors) {
    const finite = tf.tidy(() => tf.all(tf.isFinite(tensor)))
    const [whole] = await finite.data()
    finite.dispose()
    if (!whole) return name
  }
  return undefined
}

/**
 * Stops the run, before the weights are spoilt, at the first loss that is not finite and names the tensor it came from.
 * @throws {NumericalError} with the step and the tensor.
 *
 * @example nanGuard()
 */
export function nanGuard(): Callback {
  return {
    name: 'NaN guard',
    async gradients({ step, loss, gradients, variables }) {
      // A sum over all gradients is not finite where one of them is not: one number to read instead of many.
      const sum = tf.tidy(() => tf.addN([...gradients.values()].map((gradient) => tf.sum(tf.abs(gradient)))))
      const [size] = await sum.data()
      sum.dispose()
      if (Number.isFinite(loss) && Number.isFinite(size)) return
      const variable = await firstNotFinite(variables)
      const gradient = await firstNotFinite(gradients)
      throw new NumericalError(`step ${step}`, {
        expected: 'a finite loss and finite gradients',
        received: variable
          ? `a variable ${variable} that is not finite (loss ${loss})`
          : `loss ${loss}${gradient ? ` and a gradient of ${gradient} that is not finite` : ''}`,
        remedy: 'Lower the learning rate, clip the gradients (clipNorm), or look at the images of this batch.',
      })
    },
  }
}
