import type { Command } from 'commander'
import { addReport } from './report.ts'
import { addRun } from './run.ts'

/** Every command, in the order of the help. */
export const commands: readonly ((program: Command) => void)[] = [addRun, addReport]
