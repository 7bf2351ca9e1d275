import type { Command } from 'commander'
import { addCompare } from './compare.ts'
import { addCompletion } from './completion.ts'
import { addData } from './data.ts'
import { addDoctor, addEngine } from './engine.ts'
import { addReport } from './report.ts'
import { addRun } from './run.ts'

/** Every command, in the order of the help. */
export const commands: readonly ((program: Command) => void)[] = [
  addRun,
  addReport,
  addCompare,
  addData,
  addEngine,
  addDoctor,
  addCompletion,
]
