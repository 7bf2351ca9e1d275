import { availableParallelism } from 'node:os'
import { EngineError } from '@dml-crc/core'

/** `$DML_CRC_THREADS`, where it is set: how many threads an engine may use, for machines that several processes share. */
export function askedThreads(): number | undefined {
  const asked = process.env.DML_CRC_THREADS
  if (!asked) return undefined
  if (/^[1-9]\d*$/.test(asked)) return Number(asked)
  throw new EngineError('DML_CRC_THREADS', {
    expected: 'a whole number of at least 1',
    received: `'${asked}'`,
    remedy: 'Correct the variable, or remove it to use every processor.',
  })
}

/** One thread for each processor that this process may use, eight at most: more do not pay on the kernels of wasm. */
export const threadCount = () => askedThreads() ?? Math.min(availableParallelism(), 8)
