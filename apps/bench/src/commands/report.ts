import type { Command } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc report runs/demo
  $ dml-crc report runs/flowers102 --out flowers.html`

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write report.html again from the results of a run')
    .argument('<run>', 'folder of the run')
    .option('--out <file>', 'where to write (default: report.html in the folder)')
    .addHelpText('after', EXAMPLES)
    .action(async (run: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { out?: string }>()
      const { writeReport } = await import('../report/write.ts')
      const report = await writeReport(run, options.out)
      const terminal = openTerminal(options)
      terminal.print(report)
      terminal.printJson({ report })
    })
}
