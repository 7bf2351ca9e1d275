import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { DataError, type OnProgress, openZip, type ZipEntry } from '@dml-crc/core'

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
  const { entries, close } = await openZip(path).catch((cause) => {
    throw notAWheel(path, cause.message, cause)
  })
  try {
    const record = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName))
    const wanted = entries.filter(({ fileName }) => WANTED.test(fileName))
    const missing = LIBRARIES.filter((name) => !wanted.some(({ fileName }) => fileName === `tensorflow/${name}`))
    if (!record || missing.length > 0) throw notAWheel(path, `a wheel without ${record ? missing : 'a RECORD'}`)
    const hashes = parseRecord(await readRecord(record, path))

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
      const found = await extractEntry(entry, target, { signal, count }).catch((cause) => {
        // What the disk or the signal says is not the wheel's fault.
        if (signal?.aborted || cause.syscall) throw cause
        throw notAWheel(path, `${entry.fileName}: ${cause.message}`, cause)
      })
      const recorded = hashes.get(entry.fileName)
      if (recorded !== found) throw notAWheel(path, `${entry.fileName} with SHA-256 ${found}, recorded as ${recorded}`)
    }
    onProgress?.({ kind: 'end', task })
  } finally {
    close()
  }
}

/** TensorFlow's has 2 MB. */
const MOST_RECORD_BYTES = 2 ** 23

async function readRecord(entry: ZipEntry, path: string): Promise<string> {
  if (entry.uncompressedSize > MOST_RECORD_BYTES) throw notAWheel(path, `a RECORD of ${entry.uncompressedSize} bytes`)
  try {
    return await text(await entry.open())
  } catch (cause) {
    throw notAWheel(path, `a damaged RECORD (${(cause as Error).message})`, cause)
  }
}

/** path → SHA-256 in URL-safe base64, as the wheel format has it. */
function parseRecord(record: string): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const line of record.split(/\r?\n/)) {
    const match = /^"?(.+?)"?,sha256=([\w-]+),\d+$/.exec(line)
    if (match) hashes.set(match[1], match[2])
  }
  return hashes
}

async function extractEntry(
  entry: ZipEntry,
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
  await pipeline(await entry.open(), tap, createWriteStream(target), { signal })
  return hash.digest('base64url')
}
