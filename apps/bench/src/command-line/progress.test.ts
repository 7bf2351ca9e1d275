import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { progressDisplay } from './progress.ts'

function recorded(animated: boolean) {
  const written: string[] = []
  const stream = { columns: 60, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  return { show: progressDisplay(stream, { animated }), text: () => written.join('') }
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('writes few plain lines, without control characters, to what is no terminal', () => {
    const { show, text } = recorded(false)
    show({ kind: 'start', task: 'features', total: 1000, unit: 'images' })
    for (let done = 1; done <= 1000; done++) {
      vi.advanceTimersByTime(25)
      show({ kind: 'advance', task: 'features', done, total: 1000 })
    }
    show({ kind: 'end', task: 'features' })
    const lines = text().trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[1]).toBe('features  400/1000  40 images/s  15 s left')
    expect(lines[3]).toBe('features: 25 s')
    expect(text()).not.toContain('\u001b')
  })

  it('redraws one line on a terminal, never wider than it', () => {
    const { show, text } = recorded(true)
    show({ kind: 'start', task: 'a task with a very long name that does not fit into the line', total: 10 })
    vi.advanceTimersByTime(1000)
    show({ kind: 'advance', task: 'a task with a very long name that does not fit into the line', done: 5 })
    for (const frame of text().split('\r\u001b[2K')) expect(frame.length).toBeLessThan(60)
  })

  it('ends what was never started in silence', () => {
    const { show, text } = recorded(false)
    show({ kind: 'end', task: 'nothing' })
    expect(text()).toBe('')
  })
})
