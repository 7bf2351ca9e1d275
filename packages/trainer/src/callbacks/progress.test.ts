import { expect, it } from 'vitest'
import { duration, progress } from './progress.ts'

/** What a run of 4 steps, one second each and a quarter of it waiting, writes. */
async function shown(isTTY: boolean): Promise<string> {
  let text = ''
  let time = 0
  const sink = { isTTY, columns: 200, write: (part: string) => (text += part) }
  const callback = progress({ sink, now: () => time })
  await callback.start?.({ task: 'softmax', steps: 4, epochs: 2, step: 0 })
  for (let step = 0; step < 4; step++) {
    time++
    const event = { epoch: 0, loss: 2, learningRate: 1, images: 8, seconds: 1, waitSeconds: 0.25, stop: () => {} }
    await callback.step?.({ step, ...event })
    if (step % 2 === 1) {
      await callback.epoch?.({
        epoch: (step - 1) / 2,
        step: step + 1,
        values: { loss: 2, accuracy: 0.5 },
        stop: () => {},
      })
    }
  }
  await callback.end?.('finished')
  return text
}

it('draws a bar with the time left on a terminal', async () => {
  const text = await shown(true)
  expect(text).toContain('softmax █████░░░░░░░░░░░░░░░ 1/4  loss 2.0000  8.0 images/s  25% waiting for data  3s left')
  expect(text).toContain('softmax epoch 2/2  loss 2.0000  accuracy 0.5000\n')
})

it('writes one plain line per epoch elsewhere', async () => {
  const text = await shown(false)
  expect(text).not.toContain('\x1b')
  expect(text.trimEnd().split('\n')).toEqual([
    'softmax epoch 1/2  loss 2.0000  accuracy 0.5000  8.0 images/s  25% waiting for data  2s left',
    'softmax epoch 2/2  loss 2.0000  accuracy 0.5000  8.0 images/s  25% waiting for data  0s left',
  ])
})

it('says a duration in two units', () => {
  expect([3.4, 83, 7300].map(duration)).toEqual(['3s', '1m 23s', '2h 1m'])
})
