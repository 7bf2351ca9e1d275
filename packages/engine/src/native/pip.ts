import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError, type OnProgress } from '@dml-crc/core'
import { lastLines, runCommand } from './command.ts'

export interface PipOptions {
  signal?: AbortSignal
  onProgress?: OnProgress
}

const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']] as const

/** The command that is pip here, or uv's stand-in for it, which installs but does not download. */
export interface Pip {
  command: readonly string[]
  downloads: boolean
}

/** @throws {EngineError} when there is neither pip nor uv. */
export async function findPip(): Promise<Pip> {
  for (const command of PIPS) if ((await runCommand([...command, '--version'])).ok) return { command, downloads: true }
  if ((await runCommand(['uv', '--version'])).ok) return { command: ['uv', 'pip'], downloads: false }
  throw new EngineError('Python', {
    expected: 'pip, pip3, python3 -m pip or uv',
    received: 'none of them',
    remedy:
      'Install one (Debian, Ubuntu: apt install python3-pip; or the single program uv), or bring a wheel of tensorflow-cpu ' +
      'and name it with --wheel.',
  })
}

/** x86-64 has a smaller wheel without CUDA; the one of 64-bit Arm never has it. */
const cpuProject = process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow'

/**
 * Downloads TensorFlow's wheel for the CPU into `folder`, where a whole one from an earlier try is taken again. pip
 * checks it against the index's SHA-256.
 * @returns the wheel's path
 * @throws {EngineError} when pip could not download it.
 */
export async function downloadWheel(pip: Pip, folder: string, { signal, onProgress }: PipOptions): Promise<string> {
  await mkdir(folder, { recursive: true })
  const download = [...pip.command, 'download', '--no-deps', '--only-binary=:all:', '--dest', folder]
  // Any Python's wheel holds the same library: the second try is for a Python that TensorFlow does not support.
  const tries = [
    [...download, cpuProject],
    [...download, '--python-version=3.12', cpuProject],
  ]
  await runPip(`download ${cpuProject}`, tries, { signal, onProgress })
  const prefix = `${cpuProject.replace('-', '_')}-`
  const wheels = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.whl'))
  return join(folder, wheels.sort().at(-1)!)
}

/**
 * Installs TensorFlow into `folder`, with the CUDA libraries where asked for, in the layout in which its library finds
 * them: `tensorflow/` beside `nvidia/`.
 * @throws {EngineError} when pip could not install it.
 */
export async function installTensorFlow(
  pip: Pip,
  folder: string,
  { cuda, signal, onProgress }: PipOptions & { cuda: boolean },
): Promise<void> {
  const what = cuda ? ['tensorflow[and-cuda]'] : ['--no-deps', cpuProject]
  const command = [...pip.command, 'install', '--target', folder, ...what]
  await runPip(`install ${what.at(-1)}`, [command], { signal, onProgress })
}

/** What pip says of itself and of other people's packages. */
const ABOUT_PIP = /^(WARNING|DEPRECATION|\[notice\]|Looking in indexes)/

async function runPip(task: string, tries: string[][], { signal, onProgress }: PipOptions): Promise<void> {
  onProgress?.({ kind: 'start', task })
  const onLine = (text: string) => {
    if (!ABOUT_PIP.test(text)) onProgress?.({ kind: 'note', task, text })
  }
  let output = ''
  for (const command of tries) {
    const result = await runCommand(command, { signal, onLine })
    if (result.ok) return onProgress?.({ kind: 'end', task })
    output = result.output
  }
  throw new EngineError(tries[0].join(' '), {
    expected: 'success',
    received: lastLines(output),
    remedy: 'Mend what it reports, or bring a wheel of tensorflow-cpu and name it with --wheel.',
  })
}
