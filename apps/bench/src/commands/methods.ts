import type { Command } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc methods
  $ dml-crc methods dmlCrc
  $ dml-crc classify --features train.npz --queries test.npz --method lda --set shrinkage=0.5`

export function addMethods(program: Command): void {
  program
    .command('methods')
    .description('list the methods with their options, values and defaults')
    .argument('[name]', 'only this one')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const { describeMethods, methodTexts } = await import('../experiment/describe-methods.ts')
      const found = describeMethods(name)
      const terminal = openTerminal(command.optsWithGlobals<GlobalOptions>())
      terminal.print(methodTexts(found).join('\n\n'))
      terminal.printJson(found)
    })
}
