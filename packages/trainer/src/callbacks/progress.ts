import type { Callback, RunInfo } from '../callback.ts'

/** Where the lines go: a terminal, or anything else that takes text. */
export interface Sink {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

/** 83 → `1m 23s`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}s`
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`
  return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`
}

function bar(fraction: number, width: number): string {
  const full = Math.round(fraction * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/**
 * Shows where the run is: a bar with the time left on a terminal, one plain line per epoch elsewhere; with it the loss,
 * the images per second and the share of the time spent waiting for data.
 *
 * @example progress({ label: 'softmax' })
 */
export function progress({
  label = '',
  sink = process.stderr as Sink,
  now = () => performance.now() / 1000,
} = {}): Callback {
  const SMOOTHING = 0.95
  let run: RunInfo
  let begun = 0
  let first = 0
  let images = 0
  let waited = 0
  let loss = Number.NaN
  let drawn = Number.NEGATIVE_INFINITY

  const status = (step: number) => {
    const seconds = now() - begun
    const left = (seconds / (step + 1 - first)) * (run.steps - step - 1)
    const rate = `${(images / seconds).toFixed(1)} images/s`
    return { left, text: `loss ${loss.toFixed(4)}  ${rate}  ${Math.round((100 * waited) / seconds)}% waiting for data` }
  }

  return {
    name: 'progress',
    start(info) {
      run = info
      first = info.step
      begun = now()
    },
    step(event) {
      images += event.images
      waited += event.waitSeconds
      loss = Number.isNaN(loss) ? event.loss : SMOOTHING * loss + (1 - SMOOTHING) * event.loss
      if (!sink.isTTY || (now() - drawn < 0.1 && event.step + 1 < run.steps)) return
      drawn = now()
      const { left, text } = status(event.step)
      const done = (event.step + 1) / run.steps
      const line = `${label || run.task} ${bar(done, 20)} ${event.step + 1}/${run.steps}  ${text}  ${duration(left)} left`
      sink.write(`\r\x1b[2K${line.slice(0, sink.columns || line.length)}`)
    },
    epoch({ epoch, step, values }) {
      const measured = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(4)}`)
      const head = `${label || run.task} epoch ${epoch + 1}/${run.epochs}  ${measured.join('  ')}`
      const { left, text } = status(step - 1)
      const rest = sink.isTTY ? '' : `  ${text.replace(/^loss \S+ {2}/, '')}  ${duration(left)} left`
      sink.write(`${sink.isTTY ? '\r\x1b[2K' : ''}${head}${rest}\n`)
    },
    end() {
      if (sink.isTTY) sink.write('\r\x1b[2K')
    },
  }
}
