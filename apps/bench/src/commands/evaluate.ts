import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EngineName } from '@dml-crc/engine'
import type { Command } from 'commander'
import { engineOption } from '../command-line/experiment-options.ts'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc evaluate runs/photos new-photos/
  $ dml-crc evaluate runs/photos new-photos.csv --json`

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('measure the accuracy of a model on photographs whose classes are known')
    .argument('<model>', 'folder that `dml-crc run`, `train` or `export` wrote')
    .argument('<photographs>', 'a folder of class folders, or a list of them in CSV or JSON')
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, path: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { engine?: EngineName | 'auto' }>()
      const { loadEngine } = await import('@dml-crc/engine')
      const { loadExport } = await import('@dml-crc/trainer')
      const { modelFolder } = await import('../results/model-folder.ts')
      const { evaluateModel } = await import('../actions/evaluate-model.ts')
      const folder = await modelFolder(model)
      const isList = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
      await loadEngine({ prefer: options.engine })
      const loaded = await loadExport(folder)
      const found = await evaluateModel(loaded, isList ? dirname(path) : path, isList ? path : undefined)
      loaded.backbone.dispose()
      const terminal = openTerminal(options)
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`
      const { count, top1, top5, meanPerClass, unknown, wrong } = found
      const rows = wrong.map((each) => [each.image, each.truth, each.predicted, percent(each.probability)])
      const columns = ['wrong', 'in truth', 'predicted', 'probability'].map((heading) => ({ heading }))
      terminal.print(
        [
          `${count} images: top-1 ${percent(top1)}, top-5 ${percent(top5)}, mean per class ${percent(meanPerClass)}, ` +
            `none of these ${percent(unknown)}`,
          ...(wrong.length > 0 ? ['', textTable(columns, rows)] : []),
        ].join('\n'),
      )
      terminal.printJson(found)
    })
}
