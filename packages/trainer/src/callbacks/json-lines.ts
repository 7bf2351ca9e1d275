import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError, parseJson, writeFileAtomic } from '@dml-crc/core'
import { z } from 'zod'
import type { Callback } from '../callback.ts'

const Line = z.looseObject({ step: z.number() })

/** Whether a line is whole and of an earlier step: the last one may be cut where the process was killed. */
function isBefore(step: number, line: string, path: string): boolean {
  try {
    return parseJson(line, Line, path, 'a line with its step', 'Remove it.').step < step
  } catch (error) {
    if (error instanceof DataError) return false
    throw error
  }
}

/**
 * Appends one JSON object per step and one per epoch to a file. A resumed run first drops the lines of steps that it is
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
      const kept = old.split('\n').filter((line) => isBefore(step, line, path))
      await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''))
    },
    step: ({ step, epoch, loss, learningRate, seconds, waitSeconds }) =>
      append({ step, epoch, loss, learningRate, seconds, waitSeconds }),
    epoch: ({ epoch, step, values }) => append({ step: step - 1, epoch, ...values }),
  }
}
