// Mutated files of every format that is read: each must be read as it is or refused with one of this project's errors, in memory
// below four times the file and 256 MB. The cases follow from the seed.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const FORMATS = [
  'jpeg',
  'png',
  'mat',
  'npy',
  'npz',
  'csv',
  'safetensors',
  'tar.gz',
  'wheel',
  'manifest.csv',
  'manifest.json',
  'experiment',
  'results',
  'details',
  'unit',
  'config',
  'export',
  'checkpoint',
  'model',
]

/** @returns the number of cases, and what went wrong; every format has a process of its own, which a case may end */
export async function mutateEverything({ cases, seed, only }) {
  const failures = []
  const formats = FORMATS.filter((format) => !only || format === only)
  for (const format of formats) {
    const script = fileURLToPath(new URL('mutate-format.mjs', import.meta.url))
    const args = [
      '--expose-gc',
      '--conditions=@dml-crc/source',
      '--import',
      'tsx',
      script,
      format,
      String(cases),
      String(seed),
    ]
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL('../..', import.meta.url)) })
    let output = ''
    let errors = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (errors += text))
    const [status, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)))
    const lines = output.split('\n').filter((line) => line.startsWith('failure: '))
    failures.push(...lines.map((line) => `${format}: ${line.slice(9)}`))
    if (status !== 0) failures.push(`${format}: the process ended with ${signal ?? status}: ${errors.slice(-400)}`)
    console.log(`${format}: ${output.trim().split('\n').at(-1)}`)
  }
  return { tries: cases * formats.length, failures }
}
