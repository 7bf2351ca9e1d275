import { InputError } from '@dml-crc/core/errors'
import type { EngineName } from '@dml-crc/engine'
import type { Model } from '@dml-crc/metric'
import type { Command } from 'commander'
import { engineOption, positiveNumber } from '../command-line/experiment-options.ts'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc predict runs/photos photo.jpg holiday/
  $ dml-crc predict runs/photos photo.jpg --top 3 --json

Probabilities are calibrated on images that were held out. «none of these»: the likeliest class is less likely than it is
for 95 of 100 of them, or than --threshold says.`

type PredictOptions = GlobalOptions & { top?: number; threshold?: number; engine?: EngineName | 'auto' }

const withThreshold = (model: Model, threshold: number | undefined): Model =>
  threshold === undefined ? model : { ...model, calibration: { temperature: 1, ...model.calibration, threshold } }

function share(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  const remedy = 'Give --threshold 0.5.'
  throw new InputError('--threshold', { expected: 'a probability from 0 to 1', received: `«${text}»`, remedy })
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('classify images with an exported model')
    .argument('<model>', 'folder that `dml-crc run`, `train` or `export` wrote')
    .argument('<images...>', 'files, or folders of them')
    .option('--top <n>', 'how many classes to print for each image', (text) => positiveNumber('--top', text))
    .option('--threshold <p>', 'least probability of the likeliest class (default: chosen on held-out images)', share)
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, images: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PredictOptions>()
      const { loadEngine } = await import('@dml-crc/engine')
      const { loadExport, predict } = await import('@dml-crc/trainer')
      const { modelFolder } = await import('../results/model-folder.ts')
      const folder = await modelFolder(model)
      await loadEngine({ prefer: options.engine })
      const loaded = await loadExport(folder)
      const used = { ...loaded, model: withThreshold(loaded.model, options.threshold) }
      const predictions = await predict(used, images, { top: options.top })
      const terminal = openTerminal(options)
      const columns = [{ heading: 'image' }, { heading: 'class' }, { heading: 'likeliest, %' }]
      const rows = predictions.map(({ source, className, unknown, top }) => [
        source,
        unknown ? 'none of these' : className,
        top.map((each) => `${each.className} ${(100 * each.probability).toFixed(1)}`).join(', '),
      ])
      const { calibration } = loaded.model
      if (!calibration) terminal.note('The probabilities are not calibrated: no images were held out for this model.')
      terminal.print(textTable(columns, rows))
      terminal.printJson(predictions)
      loaded.backbone.dispose()
    })
}
