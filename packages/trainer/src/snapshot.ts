import { DataError, type HostTensor, type Stateful } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'

/** The values of tensors, on the host. */
export async function readTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, HostTensor>> {
  const read = new Map<string, HostTensor>()
  for (const [name, tensor] of tensors) {
    read.set(name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array })
  }
  return read
}

/**
 * Sets variables to saved values.
 * @throws {DataError} naming every variable that is missing, surplus or of another shape.
 */
export function assignTensors(
  variables: ReadonlyMap<string, tf.Variable>,
  values: ReadonlyMap<string, HostTensor>,
): void {
  const wrong = [
    ...[...variables].flatMap(([name, { shape }]) => {
      const value = values.get(name)
      if (!value) return [`${name} missing`]
      return String(value.shape) === String(shape) ? [] : [`${name} of shape [${value.shape}] instead of [${shape}]`]
    }),
    ...[...values.keys()].filter((name) => !variables.has(name)).map((name) => `${name} surplus`),
  ]
  if (wrong.length > 0) {
    throw new DataError('saved weights', {
      expected: `the ${variables.size} variables of this task`,
      received: wrong.slice(0, 8).join('; '),
      remedy: 'Resume with the backbone, the layers and the task that the run began with, or start a new run.',
    })
  }
  for (const [name, variable] of variables) {
    const { data, shape } = values.get(name)!
    tf.tidy(() => variable.assign(tf.tensor(data as Float32Array, [...shape], variable.dtype as 'float32')))
  }
}

/** A {@link Stateful} of variables. */
export function statefulVariables(variables: ReadonlyMap<string, tf.Variable>): Stateful {
  return {
    save: async () => ({ json: {}, tensors: await readTensors(variables) }),
    restore: ({ tensors }) => assignTensors(variables, tensors),
  }
}
