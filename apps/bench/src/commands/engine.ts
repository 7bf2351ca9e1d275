import type { Command } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const ENGINE_EXAMPLES = `
Examples:
  $ dml-crc engine install            the native engine for the CPU
  $ dml-crc engine install --gpu      for an NVIDIA card
  $ dml-crc engine remove`

export function addEngine(program: Command): void {
  const engine = program
    .command('engine')
    .description('install or remove the native engine')
    .addHelpText('after', ENGINE_EXAMPLES)
  engine
    .command('install')
    .description('install the native TensorFlow engine beside the caches')
    .option('--gpu', 'with CUDA, for an NVIDIA card')
    .option('--wheel <file>', 'a TensorFlow wheel that was downloaded before')
    .addHelpText('after', ENGINE_EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { gpu?: boolean; wheel?: string }>()
      const terminal = openTerminal(options)
      const [{ interruptible }, { installNative }] = await Promise.all([
        import('@dml-crc/core'),
        import('@dml-crc/engine'),
      ])
      const { gpu, wheel } = options
      const { onProgress } = terminal
      const { folder } = await interruptible(
        (signal) => installNative({ gpu, wheel, signal, onProgress }),
        'nothing is left of it, and what was installed before is as it was',
      )
      terminal.print(folder)
      terminal.printJson({ folder })
    })
  engine
    .command('remove')
    .description('remove what `engine install` made')
    .addHelpText('after', ENGINE_EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const terminal = openTerminal(command.optsWithGlobals<GlobalOptions>())
      const { removeNative } = await import('@dml-crc/engine')
      const removed = await removeNative(terminal.onProgress)
      terminal.print(removed.length > 0 ? removed.join('\n') : 'Nothing was installed.')
      terminal.printJson({ removed })
    })
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('show which engines work on this machine, how fast they are, and how to repair the others')
    .addHelpText('after', '\nExamples:\n  $ dml-crc doctor\n  $ dml-crc doctor --json')
    .action(async (_: unknown, command: Command) => {
      const terminal = openTerminal(command.optsWithGlobals<GlobalOptions>())
      const { doctor, formatDoctor } = await import('@dml-crc/engine')
      const report = await doctor()
      terminal.print(formatDoctor(report))
      terminal.printJson(report)
    })
}
