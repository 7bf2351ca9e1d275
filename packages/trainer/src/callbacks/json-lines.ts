import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomic } from '@dml-crc/core'
import type { Callback } from '../callback.ts'

/**
 * Appends one JSON object a step and one an epoch to a file. A resumed run first drops the lines of steps that it is
 * going to take again, so that each step stands there once.
 *
 * @example jsonLines('runs/demo/metrics.jsonl')
 */
export function jsonLines(path: string): Callback {
  const append = (value: object) => appendFile(path, `${JSON.stringify(value)}\n`)
  return {
    name: 'JSON lines',
    async start({ step }) {
      await mkdir(dirname(path), { recursive: true })
      const old = step === 0 ? '' : await readFile(path, 'utf8').catch(() => '')
      // The last line may be cut where the process was killed.
      const kept = old.split('\n').filter((line) => line.endsWith('}') && JSON.parse(line).step < step)
      await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''))
    },
    step: ({ step, epoch, loss, learningRate, seconds, waitSeconds }) =>
      append({ step, epoch, loss, learningRate, seconds, waitSeconds }),
    epoch: ({ epoch, step, values }) => append({ step: step - 1, epoch, ...values }),
  }
}
