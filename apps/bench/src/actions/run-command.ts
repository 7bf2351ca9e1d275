import { join } from 'node:path'
import { interruptible } from '@dml-crc/core'
import { chooseBackbones } from '../choosing/backbones.ts'
import { textTable } from '../command-line/table.ts'
import { chooseExecutor, type TaskOptions } from '../executor/choose.ts'
import type { Experiment } from '../experiment/schema.ts'
import { writeReport } from '../report/write.ts'
import { version } from '../results/program.ts'
import { reportedFor } from '../results/reported.ts'
import { RunFolder } from '../results/run-folder.ts'
import { runHeader } from '../results/run-header.ts'
import { RESULT_COLUMNS, resultCells } from '../results/table.ts'
import { partOf } from '../run/images.ts'
import { runExperiment } from '../run/run.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { termsOf } from './terms-of.ts'

/** What is said of a run that is stopped. */
export const GOES_ON = 'what was finished is kept, and --resume goes on from there'

/** Where a run goes, and what becomes of a run that is there. */
export interface RunPlace {
  out?: string
  resume?: boolean
  overwrite?: boolean
}

/** `dml-crc run`: from a checked experiment to the table, the results and the report. */
export async function runCommand(
  given: Experiment,
  options: PrepareOptions & RunPlace & TaskOptions & { exportModel?: boolean },
): Promise<void> {
  const { terminal, resume, overwrite, exportModel: exportsModel, out = join('runs', given.name) } = options
  const tasks = await chooseExecutor(options, { ...given, backbones: chooseBackbones(given, options) })
  const { experiment, images, engine: loaded } = await prepare(given, options)
  const header = {
    ...runHeader(experiment, loaded),
    terms: termsOf(experiment, images.dataset),
    part: partOf(images, experiment.splits),
    reported: reportedFor(experiment.dataset.name),
  }
  const { dataset, test } = images
  await using folder = await RunFolder.open(out, {
    config: { version, experiment, engine: header.engine },
    header,
    images: {
      classes: [...dataset.classes],
      test: { ids: test.map(({ id }) => id), labels: test.map(({ label }) => label) },
    },
    resume,
    overwrite,
  })
  const unfinished = await interruptible(async (signal) => {
    const parts = { images, engine: loaded, folder, terminal, exportsModel, signal }
    if (tasks) {
      const { runTasks } = await import('../executor/run-tasks.ts')
      return runTasks(experiment, parts, tasks)
    }
    await runExperiment(experiment, parts)
    return undefined
  }, GOES_ON)
  if (!unfinished) await folder.finish()
  const report = await writeReport(out)
  terminal.print(textTable(RESULT_COLUMNS, resultCells(folder.results.rows)))
  terminal.print(['', join(out, 'results.json'), report, ...(exportsModel ? [join(out, 'model')] : [])].join('\n'))
  terminal.printJson(folder.results)
  if (unfinished) throw unfinished
}
