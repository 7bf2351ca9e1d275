import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { DataError, type OnProgress } from '@dml-crc/core'
import * as yauzl from 'yauzl'

/** The files of the wheel that a binding is linked to and built with. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const
const WANTED =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|include\/(tensorflow\/c|tensorflow\/core\/platform|tsl|xla\/tsl|absl\/(base|log|strings))\/.*\.h)$/

function notAWheel(path: string, received: string, cause?: unknown): DataError {
  return new DataError(
    path,
    {
      expected: `a wheel of TensorFlow for Linux, with ${LIBRARIES.join(' and ')}`,
      received,
      remedy: 'Get it with `python3 -m pip download --no-deps tensorflow-cpu`.',
    },
    { cause },
  )
}

/**
 * Extracts TensorFlow's C library and its headers from a wheel into `folder`, as `tensorflow/…`, and checks each file
 * against the SHA-256 that the wheel records of it.
 * @throws {DataError} when the file is not such a wheel, is cut short, or a file in it is damaged.
 */
export async function extractWheel(
  path: string,
  folder: string,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnProgress } = {},
): Promise<void> {
  const zip = await openZip(path)
  try {
    const entries = await listEntries(zip).catch((cause) => {
      throw notAWheel(path, cause.message, cause)
    })
    const record = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName))
    const wanted = entries.filter(({ fileName }) => WANTED.test(fileName))
    const missing = LIBRARIES.filter((name) => !wanted.some(({ fileName }) => fileName === `tensorflow/${name}`))
    if (!record || missing.length > 0) throw notAWheel(path, `a wheel without ${record ? missing : 'a RECORD'}`)
    const hashes = parseRecord(await readRecord(zip, record, path))

    const task = `extract ${path.split('/').at(-1)}`
    const total = wanted.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
    onProgress?.({ kind: 'start', task, total, unit: 'bytes' })
    let done = 0
    const count = (bytes: number) => {
      done += bytes
      onProgress?.({ kind: 'advance', task, done, total })
    }
    for (const entry of wanted) {
      const target = join(folder, entry.fileName)
      await mkdir(dirname(target), { recursive: true })
      const found = await extractEntry(zip, entry, target, { signal, count }).catch((cause) => {
        // What the disk or the signal says is not the wheel's fault.
        if (signal?.aborted || cause.syscall) throw cause
        throw notAWheel(path, `${entry.fileName}: ${cause.message}`, cause)
      })
      const recorded = hashes.get(entry.fileName)
      if (recorded !== found) throw notAWheel(path, `${entry.fileName} with SHA-256 ${found}, recorded as ${recorded}`)
    }
    onProgress?.({ kind: 'end', task })
  } finally {
    zip.close()
  }
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)
  return open(path, { lazyEntries: true, autoClose: false }).catch((cause) => {
    throw notAWheel(path, cause.message, cause)
  })
}

function listEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = []
    zip.on('entry', (entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.on('error', reject)
    zip.readEntry()
  })
}

function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
  })
}

/** TensorFlow's has 2 MB. */
const MOST_RECORD_BYTES = 2 ** 23

async function readRecord(zip: yauzl.ZipFile, entry: yauzl.Entry, path: string): Promise<string> {
  // An entry that unpacks to more than it says is refused while it is read.
  if (entry.uncompressedSize > MOST_RECORD_BYTES) throw notAWheel(path, `a RECORD of ${entry.uncompressedSize} bytes`)
  const pieces: Buffer[] = []
  try {
    for await (const piece of await openEntry(zip, entry)) pieces.push(piece)
  } catch (cause) {
    throw notAWheel(path, `a damaged RECORD (${(cause as Error).message})`, cause)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** path → SHA-256 in URL-safe base64, as the wheel format has it. */
function parseRecord(text: string): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^"?(.+?)"?,sha256=([\w-]+),\d+$/.exec(line)
    if (match) hashes.set(match[1], match[2])
  }
  return hashes
}

async function extractEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  target: string,
  { signal, count }: { signal?: AbortSignal; count: (bytes: number) => void },
): Promise<string> {
  const hash = createHash('sha256')
  const tap = new Transform({
    transform(piece, _, next) {
      hash.update(piece)
      count(piece.length)
      next(null, piece)
    },
  })
  await pipeline(Readable.from(await openEntry(zip, entry)), tap, createWriteStream(target), { signal })
  return hash.digest('base64url')
}
