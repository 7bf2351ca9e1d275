import { describeMachine } from './machine.ts'
import { describeProgram } from './program.ts'
import type { Results } from './schema.ts'

/** What the results of any run begin with. */
export function runHeader(
  experiment: { name: string; description: string; seed: number },
  { name, library, device }: Results['engine'],
) {
  return {
    schema: 1 as const,
    experiment: experiment.name,
    description: experiment.description,
    startedAt: new Date().toISOString(),
    engine: { name, library, device },
    machine: describeMachine(),
    program: describeProgram(experiment.seed),
  }
}
