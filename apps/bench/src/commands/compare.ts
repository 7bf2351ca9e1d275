import type { Command } from 'commander'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc compare runs/flowers102 runs/lambda
  $ dml-crc compare runs/demo                    the methods of one run with one another

Methods on the same test images and network are compared image by image with the best baseline, by its mean over seeds: single runs by
McNemar's exact test, means over seeds by a paired bootstrap over the images (10,000 resamples). The p are corrected by Holm
for the number of comparisons. The interval of each accuracy is binomial (Wilson, 95 %).

Where a method was measured on several sets or networks, a second table gives its mean gain over the best baseline of each, by a
paired bootstrap over the images of every set, and in how many it is not worse by more than half a standard error.`

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('compare the methods of runs, with tests of significance')
    .argument('<runs...>', 'folders of runs')
    .addHelpText('after', EXAMPLES)
    .action(async (runs: string[], _: unknown, command: Command) => {
      const { compareRuns, COMPARE_COLUMNS, compareCells, ACROSS_SETS_COLUMNS, acrossSetsCells } = await import(
        '../results/compare.ts'
      )
      const { lines, acrossSets } = compareRuns(runs)
      const terminal = openTerminal(command.optsWithGlobals<GlobalOptions>())
      terminal.print(textTable(COMPARE_COLUMNS, compareCells(lines)))
      if (acrossSets.length > 0) terminal.print(`\n${textTable(ACROSS_SETS_COLUMNS, acrossSetsCells(acrossSets))}`)
      terminal.printJson({ methods: lines.map(({ text, ...line }) => line), acrossSets })
    })
}
