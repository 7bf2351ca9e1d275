// Run in a process of its own, which may die: loads the engine named by the argument, measures it, prints JSON.
import { DmlCrcError } from '@dml-crc/core'
import type { EngineName } from '../engine.ts'
import { measureEngine } from './measure.ts'

let answer: object
try {
  answer = { works: true, ...(await measureEngine(process.argv[2] as EngineName)) }
} catch (error) {
  const known = error instanceof DmlCrcError ? error : undefined
  answer = {
    works: false,
    reason: known ? `expected ${known.expected}, received ${known.received}` : String(error),
    fix: known?.remedy ?? 'Report this at the project, with the output of `dml-crc doctor --json`.',
  }
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
