import { InputError } from '@dml-crc/core'
import { expect, it } from 'vitest'
import { earlyStopping } from './early-stopping.ts'

/** The epoch at which the callback stops, or undefined. */
function stoppedAt(callback: ReturnType<typeof earlyStopping>, accuracies: readonly number[]): number | undefined {
  let stopped: number | undefined
  for (const [epoch, accuracy] of accuracies.entries()) {
    callback.epoch!({ epoch, step: epoch, values: { accuracy }, stop: () => (stopped ??= epoch) })
  }
  return stopped
}

it.each<['min' | 'max', number[], number, number | undefined]>([
  ['max', [0.1, 0.2, 0.2, 0.1], 0, 3],
  ['max', [0.1, 0.2, 0.1, 0.3], 0, undefined],
  ['min', [3, 2, 2.5, 2.1], 0, 3],
  ['max', [0.1, 0.15, 0.18], 0.1, 2],
])('%s over %j with minDelta %d stops at %s', (mode, values, minDelta, epoch) => {
  expect(stoppedAt(earlyStopping({ monitor: 'accuracy', mode, patience: 2, minDelta }), values)).toBe(epoch)
})

it('goes on counting from a saved state, through JSON', async () => {
  const options = { monitor: 'accuracy', mode: 'max', patience: 2 } as const
  const first = earlyStopping(options)
  stoppedAt(first, [0.5, 0.4])
  const second = earlyStopping(options)
  const { json } = await first.save!()
  second.restore!({ json: JSON.parse(JSON.stringify(json)), tensors: new Map() })
  expect(stoppedAt(second, [0.5])).toBe(0)
})

it('names the values there are when the monitored one is not among them', () => {
  const callback = earlyStopping({ monitor: 'acuracy', mode: 'max', patience: 2 })
  expect(() => stoppedAt(callback, [1])).toThrow(InputError)
  expect(() => stoppedAt(callback, [1])).toThrow(/one of accuracy, received acuracy/)
})
