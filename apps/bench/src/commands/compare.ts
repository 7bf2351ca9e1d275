import type { Command } from 'commander'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc compare runs/flowers102 runs/lambda
  $ dml-crc compare runs/demo                    the methods of one run with one another

Methods on the same test images and network are compared image by image with the best baseline, by its mean over seeds: single runs by
McNemar's exact test, means over seeds by a paired bootstrap over the images (10,000 resamples). The p are corrected by Holm
for the number of comparisons. The interval of each accuracy is binomial (Wilson, 95 %).`

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('compare the methods of runs, with tests of significance')
    .argument('<runs...>', 'folders of runs')
    .addHelpText('after', EXAMPLES)
    .action(async (runs: string[], _: unknown, command: Command) => {
      const { compareRuns, COMPARE_COLUMNS, compareCells } = await import('../results/compare.ts')
      const lines = compareRuns(runs)
      const terminal = openTerminal(command.optsWithGlobals<GlobalOptions>())
      terminal.print(textTable(COMPARE_COLUMNS, compareCells(lines)))
      terminal.printJson(lines.map(({ text, ...line }) => line))
    })
}
