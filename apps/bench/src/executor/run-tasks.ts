import { createHash } from 'node:crypto'
import { DmlCrcError } from '@dml-crc/core'
import type { Engine } from '@dml-crc/engine'
import type { Terminal } from '../command-line/terminal.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { Images } from '../run/images.ts'
import { askedKey } from './asked-key.ts'
import { Collector } from './collect.ts'
import type { Executor, Standing } from './executor.ts'
import { everyTask, type Task, unfinished } from './plan.ts'
import { planRun } from './plan-run.ts'
import type { Store } from './store.ts'
import { settingOf } from './task-keys.ts'

/** A run of which some tasks could not be done. */
export class UnfinishedError extends DmlCrcError {}

interface RunParts {
  images: Images
  engine: Engine
  folder: RunFolder
  terminal: Terminal
  signal: AbortSignal
}

/**
 * Runs an experiment by tasks that others do: plans them, has them done, and takes the rows from the store as they come.
 * @returns what could not be done; the run has all the rest
 */
export async function runTasks(
  experiment: Experiment,
  { images, engine, folder, terminal, signal }: RunParts,
  { executor, store }: { executor: Executor; store: Store },
): Promise<UnfinishedError | undefined> {
  const { name, library } = engine
  const setting = settingOf(images, { name, library })
  const nodes = planRun(experiment, images, setting)
  const tasks = everyTask(nodes)
  const run = createHash('sha256')
    .update(tasks.map(({ key }) => key).join())
    .digest('hex')
    .slice(0, 16)
  await store.prepare()
  await store.writePlan(run, { experiment, engine: setting.engine, nodes })

  const collector = new Collector(tasks, { experiment, store, folder })
  await collector.takeNext()
  const left = unfinished(nodes, (task) => store.isDone(task) || isTaken(experiment, folder, task))
  if (left.length === 0) {
    await collector.takeAll()
    return undefined
  }
  const title = `tasks of ${experiment.name}`
  terminal.onProgress({ kind: 'start', task: title, total: everyTask(left).length, unit: 'tasks' })
  const onStanding = async ({ done, failed, total }: Standing) => {
    const note = failed > 0 ? `${failed} failed` : undefined
    terminal.onProgress({ kind: 'advance', task: title, done, total, note })
    await collector.takeNext()
  }
  const failures = await executor.execute({ run, nodes: left, onStanding, note: terminal.note, signal })
  terminal.onProgress({ kind: 'end', task: title })
  const missing = await collector.takeAll()
  return missing.length > 0 ? unfinishedError(experiment, missing, tasks, failures) : undefined
}

/** Whether a row is in the folder of the run; the weights of a network are needed beside its row. */
function isTaken(experiment: Experiment, folder: RunFolder, task: Task): boolean {
  const key = askedKey(experiment, task)
  return key !== undefined && task.work.kind !== 'pretrain' && folder.has(key)
}

function unfinishedError(
  { name }: Experiment,
  missing: readonly Task[],
  tasks: readonly Task[],
  failures: ReadonlyMap<string, string>,
): UnfinishedError {
  const told = tasks.filter(({ key }) => failures.has(key)).map(({ key, title }) => `${title}: ${failures.get(key)}`)
  return new UnfinishedError(`${name}`, {
    expected: 'every row',
    received: `${missing.length} fewer, ${missing[0].title} among them`,
    remedy: ['Correct what follows, and give the same command with --resume.', ...told].join('\n  '),
  })
}
