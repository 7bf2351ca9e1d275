import type { HostTensor } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'
import type { Callback } from '../callback.ts'
import { assignTensors, readTensors } from '../snapshot.ts'
import { monitored } from './early-stopping.ts'

/**
 * Keeps the weights of the epoch with the best monitored value, on the host, and puts them back at the end of the run.
 *
 * @example bestWeights({ monitor: 'accuracy', mode: 'max', variables: task.variables })
 */
export function bestWeights(options: {
  monitor: string
  mode: 'min' | 'max'
  variables: ReadonlyMap<string, tf.Variable>
}): Callback {
  const { monitor, mode, variables } = options
  let best: { value: number; weights: ReadonlyMap<string, HostTensor> } | undefined
  return {
    name: 'best weights',
    async epoch({ values }) {
      const value = monitored(values, monitor)
      if (best && (mode === 'max' ? value <= best.value : value >= best.value)) return
      best = { value, weights: await readTensors(variables) }
    },
    end(outcome) {
      if (best && (outcome === 'finished' || outcome === 'stopped')) assignTensors(variables, best.weights)
    },
    save: async () => ({ json: { value: best?.value ?? null }, tensors: best?.weights ?? new Map() }),
    restore({ json, tensors }) {
      const { value } = json as { value: number | null }
      best = value === null ? undefined : { value, weights: tensors }
    },
  }
}
