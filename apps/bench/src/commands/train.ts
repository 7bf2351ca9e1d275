import { InputError } from '@dml-crc/core/errors'
import type { Command } from 'commander'
import type { RunPlace } from '../actions/run-command.ts'
import {
  addExperimentOptions,
  addRunPlace,
  type ExperimentOptions,
  readExperiment,
} from '../command-line/experiment-options.ts'
import { openTerminal } from '../command-line/terminal.ts'
import type { Experiment } from '../experiment/schema.ts'

const TRAIN_EXAMPLES = `
Examples:
  $ dml-crc train demo --out runs/flowers
  $ dml-crc train demo --set endToEnd.0.train.freeze=block2_pool --set 'endToEnd.0.train.earlyStop={"folds":5,"patience":2}'
      the first two blocks of the network stay as they are; a fifth of the images to fit says when to end
  $ dml-crc predict runs/flowers/model photo.jpg

The first end-to-end method of the experiment is trained on the fit split. The folder is that of a run; model/ in it is
for \`dml-crc predict\`, with a model.json for browsers and a SavedModel.`

const EXPORT_EXAMPLES = `
Examples:
  $ dml-crc export runs/photos
  $ dml-crc export flowers102 --data flowers102 --backbone mobilenet_v1 --test val --out runs/flowers

The model of a run is written whole into model/ in its folder: with the network, a model.json for browsers and a
SavedModel. Of an experiment DML-CRC is learned first, on the frozen network's features of the fit split.`

export function addTrain(program: Command): void {
  const description = 'train network and classifier end to end and export the model'
  addModelCommand(program, 'train', description, TRAIN_EXAMPLES, (experiment) => ({
    ...experiment,
    methods: [],
    sweeps: [],
    endToEnd: experiment.endToEnd.slice(0, 1).map((entry) => ({ ...entry, seeds: 1 })),
  }))
}

export function addExport(program: Command): void {
  const description = 'export the model of a run, or learn DML-CRC on a frozen network and export that'
  addModelCommand(program, 'export', description, EXPORT_EXAMPLES, (experiment) => ({
    ...experiment,
    methods: experiment.methods
      .filter(({ method }) => method === 'dmlCrc')
      .slice(0, 1)
      .map((entry) => ({ ...entry, seeds: 1 })),
    sweeps: [],
    endToEnd: [],
  }))
}

function addModelCommand(
  program: Command,
  name: string,
  description: string,
  examples: string,
  reduce: (experiment: Experiment) => Experiment,
): void {
  addRunPlace(
    addExperimentOptions(program.command(name).description(description)),
    'folder of the run; the model goes to model/ in it (default: runs/NAME)',
  )
    .addHelpText('after', examples)
    .action(async (experimentName: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExperimentOptions & RunPlace>()
      const { isModel } = await import('../results/model-folder.ts')
      if (name === 'export' && experimentName !== undefined && (await isModel(experimentName))) {
        const { exportRun } = await import('../actions/export-run.ts')
        const folder = await exportRun(experimentName, options)
        const terminal = openTerminal(options)
        terminal.print(folder)
        terminal.printJson({ folder })
        return
      }
      const experiment = reduce(await readExperiment(experimentName, options))
      if (experiment.methods.length + experiment.endToEnd.length === 0) {
        throw new InputError(`\`dml-crc ${name}\` of ${experiment.name}`, {
          expected:
            name === 'train' ? 'an experiment with an entry in endToEnd' : 'an experiment with the method dmlCrc',
          received: 'none',
          remedy: 'Add one to the experiment file, or choose another experiment.',
        })
      }
      const { runCommand } = await import('../actions/run-command.ts')
      await runCommand(experiment, { ...options, exportModel: true, terminal: openTerminal(options) })
    })
}
