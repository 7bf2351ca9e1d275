import { InputError } from '@dml-crc/core'
import type { Callback } from '../callback.ts'

/** The value of that name among those of an epoch. */
export function monitored(values: Readonly<Record<string, number>>, monitor: string): number {
  if (!(monitor in values)) {
    throw new InputError('monitor', {
      expected: `one of ${Object.keys(values).join(', ')}`,
      received: monitor,
      remedy: 'Name a value that the run measures: its `evaluate` returns them.',
    })
  }
  return values[monitor]
}

/**
 * Ends the run when the monitored value has not improved by more than `minDelta` for `patience` epochs in a row.
 *
 * @example earlyStopping({ monitor: 'accuracy', mode: 'max', patience: 5 })
 */
export function earlyStopping(options: {
  monitor: string
  mode: 'min' | 'max'
  patience: number
  minDelta?: number
}): Callback {
  const { monitor, mode, patience, minDelta = 0 } = options
  const sign = mode === 'max' ? 1 : -1
  let best = Number.NEGATIVE_INFINITY
  let waited = 0
  return {
    name: 'early stopping',
    epoch({ values, stop }) {
      const value = sign * monitored(values, monitor)
      if (value > best + minDelta) {
        best = value
        waited = 0
      } else if (++waited >= patience) {
        stop(`${monitor} has not improved for ${patience} epochs`)
      }
    },
    // JSON has no infinity: before the first epoch there is no best.
    save: async () => ({ json: { best: Number.isFinite(best) ? best : null, waited }, tensors: new Map() }),
    restore({ json }) {
      const saved = json as { best: number | null; waited: number }
      best = saved.best ?? Number.NEGATIVE_INFINITY
      waited = saved.waited
    },
  }
}
