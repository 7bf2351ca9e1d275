import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomic } from '@dml-crc/core'
import type { Callback } from '../callback.ts'

const HEADER = 'step,epoch,loss,learningRate,seconds,waitSeconds'

/**
 * Writes one line per step to a CSV file. A resumed run first drops the lines of steps that it is going to take again.
 *
 * @example csv('runs/demo/metrics.csv')
 */
export function csv(path: string): Callback {
  return {
    name: 'CSV',
    async start({ step }) {
      await mkdir(dirname(path), { recursive: true })
      const old = step === 0 ? '' : await readFile(path, 'utf8').catch(() => '')
      const kept = old
        .split('\n')
        .slice(1)
        .filter((line) => line !== '' && Number.parseInt(line, 10) < step)
      await writeFileAtomic(path, `${[HEADER, ...kept].join('\n')}\n`)
    },
    step: ({ step, epoch, loss, learningRate, seconds, waitSeconds }) =>
      appendFile(path, `${[step, epoch, loss, learningRate, seconds, waitSeconds].join(',')}\n`),
  }
}
