import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os'

/** What the speed of a run depends on besides the engine. No name of a host or a user. */
export function describeMachine() {
  return {
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    node: process.version,
  }
}

/** The most memory that this process has held so far, in MiB. */
export const peakRssMb = () => Math.round(process.resourceUsage().maxRSS / 1024)
