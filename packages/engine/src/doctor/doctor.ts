import { fileURLToPath } from 'node:url'
import type { OnProgress } from '@dml-crc/core'
import { type EngineName, engineNames } from '../engine.ts'
import { lastLines, runCommand } from '../native/command.ts'
import { describeMachine } from './machine.ts'
import type { DoctorReport, EngineReport } from './report.ts'

/** A gradient further from the cpu engine's than this, relative to the largest, is wrong, not rounded. */
const TRAINING_TOLERANCE = 1e-3

export interface DoctorOptions {
  /** The engines to try; all unless said. */
  only?: readonly EngineName[]
  onProgress?: OnProgress
}

/** Tries every engine, one after the other and each in a process of its own, so that one that crashes ends alone. */
export async function doctor({ only = engineNames, onProgress }: DoctorOptions = {}): Promise<DoctorReport> {
  const engines: EngineReport[] = []
  const task = 'engines'
  onProgress?.({ kind: 'start', task, total: only.length })
  for (const name of only) {
    engines.push(await tryEngine(name))
    onProgress?.({ kind: 'advance', task, done: engines.length, total: only.length, note: name })
  }
  onProgress?.({ kind: 'end', task })
  return { ...(await describeMachine()), engines }
}

async function tryEngine(name: EngineName): Promise<EngineReport> {
  const start = performance.now()
  const fromSource = import.meta.url.endsWith('.ts')
  const script = fileURLToPath(new URL(`./try-engine.${fromSource ? 'ts' : 'js'}`, import.meta.url))
  const flags = fromSource ? ['--conditions=@dml-crc/source', '--import', 'tsx'] : []
  const { ok, output } = await runCommand([process.execPath, ...flags, script, name], { timeoutMs: 120_000 })
  const seconds = (performance.now() - start) / 1000
  const line = output.split('\n').findLast((text) => text.startsWith('{"works":'))
  if (!line) {
    return {
      name,
      works: false,
      reason: `its process died${ok ? '' : ` (${lastLines(output, 2) || 'without a word'})`}`,
      fix: name.startsWith('tfjs-node')
        ? `Install it again: \`dml-crc engine install${name.endsWith('gpu') ? ' --gpu' : ''}\`.`
        : 'Use another engine, and report this with the output of `dml-crc doctor --json`.',
      seconds,
    }
  }
  const answer = JSON.parse(line)
  if (!answer.works) return { name, ...answer, seconds }
  return { name, trains: answer.trainingDifference < TRAINING_TOLERANCE, ...answer, seconds }
}
