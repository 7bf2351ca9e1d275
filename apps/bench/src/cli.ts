#!/usr/bin/env node
import { describeFailure } from './command-line/failure.ts'
import { buildProgram, isHelp } from './command-line/program.ts'
import { quietWarnings } from './command-line/warnings.ts'

quietWarnings()
const program = buildProgram()
try {
  if (process.argv.length > 2) await program.parseAsync()
  else program.outputHelp()
} catch (error) {
  if (!isHelp(error)) {
    process.stderr.write(`${describeFailure(error, { verbose: process.argv.includes('--verbose') })}\n`)
    process.exitCode ??= 1
  }
}
