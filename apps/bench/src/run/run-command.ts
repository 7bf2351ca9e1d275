import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { textTable } from '../command-line/table.ts'
import type { Terminal } from '../command-line/terminal.ts'
import type { Experiment } from '../experiment/schema.ts'
import { writeReport } from '../report/write.ts'
import { describeMachine } from '../results/machine.ts'
import { reportedFor } from '../results/reported.ts'
import { RunFolder } from '../results/run-folder.ts'
import { RESULT_COLUMNS, resultCells } from '../results/table.ts'
import { chooseBackbones } from './backbones.ts'
import { openImages } from './images.ts'
import { interruptible } from './interruptible.ts'
import { runExperiment } from './run.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

interface RunCommand {
  backbone?: string
  weights?: string
  layer?: string
  engine?: EngineName | 'auto'
  out?: string
  resume?: boolean
  terminal: Terminal
}

/** `dml-crc run`: from a checked experiment to the table, the results and the report. */
export async function runCommand(given: Experiment, options: RunCommand): Promise<void> {
  const { terminal, resume = false, out = join('runs', given.name) } = options
  const experiment = { ...given, backbones: chooseBackbones(given, options) }
  const images = await openImages(experiment, terminal.onProgress)
  const loaded = await loadEngine({ prefer: options.engine, onNote: () => {} })
  const engine = { name: loaded.name, library: loaded.library, device: loaded.device }
  terminal.note(
    `${experiment.name}: ${images.fit.length} images to fit, ${images.test.length} to test, ` +
      `${images.dataset.classes.length} classes; engine ${engine.name} (${engine.device})`,
  )
  const header = {
    schema: 1 as const,
    experiment: experiment.name,
    description: experiment.description,
    startedAt: new Date().toISOString(),
    engine,
    machine: describeMachine(),
    reported: reportedFor(experiment.dataset.name),
  }
  const folder = await RunFolder.open(out, { version, experiment, engine }, header, { resume })
  await interruptible((signal) => runExperiment(experiment, { images, engine: loaded, folder, terminal, signal }))
  const report = await writeReport(out)
  terminal.print(textTable(RESULT_COLUMNS, resultCells(folder.results.rows)))
  terminal.print(`\n${join(out, 'results.json')}\n${report}`)
  terminal.printJson(folder.results)
}
