import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { runCommand } from '../native/command.ts'
import type { DoctorReport, Gpu } from './report.ts'

/** The processor features that decide how fast an engine is. */
const FEATURES = ['sse4_2', 'avx', 'fma', 'avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd']

/** What the machine is, without any engine. */
export async function describeMachine(): Promise<Omit<DoctorReport, 'engines'>> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: {
      model: cpus()[0]?.model.trim() ?? 'unknown',
      processors: availableParallelism(),
      features: await features(),
    },
    memoryGb: Math.round(totalmem() / 2 ** 30),
    gpus: await nvidiaGpus(),
  }
}

/** From Linux's own list; elsewhere unknown, hence none. */
async function features(): Promise<string[]> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const present = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.trim().split(' '))
  return FEATURES.filter((feature) => present.has(feature))
}

async function nvidiaGpus(): Promise<Gpu[]> {
  const query = ['nvidia-smi', '--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
  const { ok, output } = await runCommand(query, { timeoutMs: 10_000 })
  if (!ok) return []
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [name, memory, driver] = line.split(', ')
      return { name: name!, memoryMb: Number(memory), driver: driver! }
    })
}
