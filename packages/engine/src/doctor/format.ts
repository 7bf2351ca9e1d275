import type { DoctorReport, EngineReport } from './report.ts'

/** The report as lines for a terminal: the machine, a table of engines, and how to repair each that does not work. */
export function formatDoctor(report: DoctorReport): string {
  const { node, platform, cpu, memoryGb, gpus, engines } = report
  const gpuText = gpus.map(({ name, memoryMb, driver }) => `${name}, ${memoryMb} MB, driver ${driver}`)
  const machine = [
    `Node ${node} on ${platform}`,
    `CPU  ${cpu.model}, ${cpu.processors} processors, ${memoryGb} GB; ${cpu.features.join(' ') || 'features unknown'}`,
    `GPU  ${gpuText.join('; ') || 'no NVIDIA driver answers'}`,
  ]
  const head = ['engine', 'works', 'trains', 'matrix GFLOP/s', 'convolution GFLOP/s', 'threads', 'device', 'library']
  const broken = engines.filter((engine) => !engine.works)
  const reasons = broken.map(({ name, reason, fix }) => `${name}: ${reason}\n  → ${fix}`)
  return [
    ...machine,
    '',
    ...aligned([head, ...engines.map(cells)]),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
  ].join('\n')
}

function cells(engine: EngineReport): string[] {
  if (!engine.works) return [engine.name, 'no', '', '', '', '', '', '']
  return [
    engine.name,
    'yes',
    engine.trains ? 'yes' : `WRONG by ${engine.trainingDifference.toExponential(0)}`,
    engine.matrixGflops.toFixed(1),
    engine.convolutionGflops.toFixed(1),
    String(engine.threads),
    engine.device,
    engine.library,
  ]
}

function aligned(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}
