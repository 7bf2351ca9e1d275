import { InputError } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'

/** Variables that learn by the same rules. */
export interface ParameterGroup {
  name: string
  /** By a name that no other group uses: it is also the variable's name in a checkpoint. */
  variables: ReadonlyMap<string, tf.Variable>
  /** Factor on the run's learning rate; 1 where left out. */
  learningRate?: number
  /** Factor on the optimiser's weight decay; 1 where left out. */
  weightDecay?: number
}

/**
 * Splits a group in two, so that the biases and the scales of normalisation layers (tensors of rank 0 and 1) do not
 * decay: pulling them to zero regularises nothing.
 */
export function decayOnlyKernels(group: ParameterGroup): ParameterGroup[] {
  const entries = [...group.variables]
  const isKernel = ([, variable]: [string, tf.Variable]) => variable.rank > 1
  return [
    { ...group, variables: new Map(entries.filter(isKernel)) },
    {
      ...group,
      name: `${group.name} (no decay)`,
      variables: new Map(entries.filter((entry) => !isKernel(entry))),
      weightDecay: 0,
    },
  ].filter(({ variables }) => variables.size > 0)
}

/**
 * All variables of the groups by name.
 * @throws {InputError} when two groups hold a variable of the same name, or there is none at all.
 */
export function allVariables(groups: readonly ParameterGroup[]): Map<string, tf.Variable> {
  const all = new Map<string, tf.Variable>()
  for (const { name: group, variables } of groups) {
    for (const [name, variable] of variables) {
      if (all.has(name)) {
        throw new InputError(`group ${group}`, {
          expected: 'variable names that no other group uses',
          received: `${name} for the second time`,
          remedy: 'Put a prefix before the names of one group.',
        })
      }
      all.set(name, variable)
    }
  }
  if (all.size === 0) {
    throw new InputError('parameter groups', {
      expected: 'at least one variable to train',
      received: 'none',
      remedy: 'Unfreeze a layer of the backbone, or train only its head.',
    })
  }
  return all
}

/** The same variables, each name with `prefix/` before it. */
export function prefixed(prefix: string, variables: ReadonlyMap<string, tf.Variable>): Map<string, tf.Variable> {
  return new Map([...variables].map(([name, variable]) => [`${prefix}/${name}`, variable]))
}

/** The groups of a backbone: its trainable variables, at `rate` times the run's learning rate; only kernels decay. */
export function backboneGroups(variables: ReadonlyMap<string, tf.Variable>, rate: number): ParameterGroup[] {
  if (rate === 0) return []
  const trainable = new Map([...variables].filter(([, variable]) => variable.trainable))
  return decayOnlyKernels({ name: 'backbone', variables: prefixed('backbone', trainable), learningRate: rate })
}
