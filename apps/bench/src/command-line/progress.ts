import type { OnProgress } from '@dml-crc/core'
import { duration } from './duration.ts'

interface Task {
  startedAt: number
  shownAt: number
  done: number
  total?: number
  unit: string
}

/** Between two lines of the same task on a stream that cannot be redrawn, and between two redraws of one that can. */
const LINE_INTERVAL = 10_000
const FRAME_INTERVAL = 100

/**
 * Shows progress events on `stream`. An animated display redraws one line with a bar and the time left; a plain one
 * writes a line when a task starts, at most one every ten seconds while it goes on, and one when it ends.
 */
export function progressDisplay(stream: NodeJS.WriteStream, { animated }: { animated: boolean }): OnProgress {
  const tasks = new Map<string, Task>()
  const clear = () => {
    if (animated) stream.write('\r\u001b[2K')
  }
  const line = (text: string) => {
    clear()
    stream.write(`${text}\n`)
  }
  const frame = (text: string) => {
    clear()
    stream.write(text.slice(0, (stream.columns || 80) - 1))
  }

  return (event) => {
    const now = Date.now()
    if (event.kind === 'note') return line(event.task ? `${event.task}: ${event.text}` : event.text)
    if (event.kind === 'start') {
      tasks.set(event.task, { startedAt: now, shownAt: now, done: 0, total: event.total, unit: event.unit ?? '' })
      const size = event.total === undefined ? '' : ` (${event.total}${event.unit ? ` ${event.unit}` : ''})`
      return animated ? frame(`${event.task}${size} …`) : line(`${event.task}${size} …`)
    }
    const task = tasks.get(event.task)
    if (!task) return
    if (event.kind === 'advance') {
      task.done = event.done
      task.total = event.total ?? task.total
      if (now - task.shownAt < (animated ? FRAME_INTERVAL : LINE_INTERVAL)) return
      task.shownAt = now
      const text = describe(event.task, task, now, animated)
      const noted = event.note ? `${text}  ${event.note}` : text
      return animated ? frame(noted) : line(noted)
    }
    tasks.delete(event.task)
    const seconds = (now - task.startedAt) / 1000
    line(`${event.task}: ${event.note ? `${event.note}, ` : ''}${duration(seconds)}`)
  }
}

function describe(name: string, { done, total, unit, startedAt }: Task, now: number, animated: boolean): string {
  const seconds = (now - startedAt) / 1000
  const rate = done / Math.max(seconds, 1e-3)
  const speed = `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}${unit ? ` ${unit}` : ''}/s`
  if (!total) return `${name}  ${done}  ${speed}`
  const left = done > 0 ? `  ${duration((total - done) / rate)} left` : ''
  return `${name}  ${animated ? `${bar(done / total)}  ` : ''}${done}/${total}  ${speed}${left}`
}

function bar(fraction: number, width = 20): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}
