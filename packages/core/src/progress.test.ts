import { expect, it } from 'vitest'
import { joinedTask, type OnProgress, type ProgressEvent } from './progress.ts'

/** A pass that counts to `size` by steps. */
const counting = (size: number, steps: readonly number[]) => async (onProgress: OnProgress) => {
  onProgress({ kind: 'start', task: 'pass', total: size, unit: 'images' })
  for (const done of steps) onProgress({ kind: 'advance', task: 'pass', done, total: size })
  onProgress({ kind: 'end', task: 'pass' })
  return size
}

it('shows passes as one task whose count only grows, and leaves out those that had nothing to do', async () => {
  const events: ProgressEvent[] = []
  const joined = joinedTask((event) => events.push(event), { task: 'all', unit: 'images', sizes: [10, 10, 5] })
  expect(await joined.pass(async () => 'cached')).toBe('cached')
  expect(events).toEqual([])
  await joined.pass(counting(10, [4, 10]))
  await joined.pass(counting(5, [5]))
  joined.end()
  expect(events).toEqual([
    { kind: 'start', task: 'all', total: 15, unit: 'images' },
    ...[4, 10, 15].map((done) => ({ kind: 'advance', task: 'all', done, total: 15 })),
    { kind: 'end', task: 'all' },
  ])
})

it('shows nothing where no pass had anything to do', async () => {
  const events: ProgressEvent[] = []
  const joined = joinedTask((event) => events.push(event), { task: 'all', sizes: [10] })
  await joined.pass(async () => {})
  joined.end()
  expect(events).toEqual([])
})
