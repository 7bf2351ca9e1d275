import { describeFailure } from './failure.ts'
import { buildProgram, TextShown } from './program.ts'

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
    if (error instanceof TextShown) return endHelp(error.command)
    process.stderr.write(`${describeFailure(error, { verbose: words.includes('--verbose') })}\n`)
    process.exitCode ??= 1
  }
}

/** The help of `classify` ends with every method, whose records bring TensorFlow.js: they are loaded for that help alone. */
async function endHelp(command: string): Promise<void> {
  if (command !== 'classify') return
  const { describeMethods, methodTexts } = await import('../experiment/describe-methods.ts')
  process.stdout.write(
    `\nMethods, with the options that --set takes:\n\n${methodTexts(describeMethods()).join('\n\n')}\n`,
  )
}
