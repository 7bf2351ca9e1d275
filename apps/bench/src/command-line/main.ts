import { describeFailure } from './failure.ts'
import { buildProgram, isHelp } from './program.ts'

/**
 * Runs the command with the words that follow its name, and sets `process.exitCode` where something went wrong. Nothing is
 * thrown: errors go to standard error.
 */
export async function main(words: readonly string[]): Promise<void> {
  const program = buildProgram()
  try {
    if (words.length > 0) await program.parseAsync(words, { from: 'user' })
    else program.outputHelp()
  } catch (error) {
    if (isHelp(error)) return
    process.stderr.write(`${describeFailure(error, { verbose: words.includes('--verbose') })}\n`)
    process.exitCode ??= 1
  }
}
