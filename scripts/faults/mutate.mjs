// Mutated files of every format that is read: each must be read as it is or refused with one of this project's errors, in memory
// below four times the file and 256 MB. The cases follow from the seed.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const FORMATS = [
  'jpeg',
  'png',
  'mat',
  'mat values',
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

const script = fileURLToPath(new URL('mutate-format.mjs', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Attacks the formats one after another in one process, which a case may end; tells each line as it comes. */
async function mutateIn(formats, { cases, seed }, onLine) {
  const options = ['--expose-gc', '--conditions=@dml-crc/source', '--import', 'tsx']
  const child = spawn(process.execPath, [...options, script, formats.join(','), String(cases), String(seed)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => (errors += text))
  const ended = new Promise((resolve) => child.on('close', (...end) => resolve(end)))
  for await (const line of createInterface(child.stdout)) onLine(line)
  const [status, signal] = await ended
  if (status !== 0)
    onLine(`failure: ${formats.join(', ')}: the process ended with ${signal ?? status}: ${errors.slice(-400)}`)
}

/**
 * `together` formats share a process: starting one takes longer than a few cases, but memory is measured best where a format has
 * its own.
 * @returns the number of cases, and what went wrong
 */
export async function mutateEverything({ cases, seed, only, together = 1 }) {
  const failures = []
  const formats = FORMATS.filter((format) => !only || format === only)
  for (let begin = 0; begin < formats.length; begin += together) {
    await mutateIn(formats.slice(begin, begin + together), { cases, seed }, (line) => {
      console.log(line)
      if (line.startsWith('failure: ')) failures.push(line)
    })
  }
  return { tries: cases * formats.length, failures }
}
