import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { DataError } from '@dml-crc/core'
import { extract as untar } from 'tar-stream'

export interface ExtractOptions {
  /** The folder that receives the files. */
  to: string
  /** The leading folder that is taken off the paths; entries outside it are left out. '' keeps everything. */
  within: string
  mostFiles: number
  mostBytes: number
  signal?: AbortSignal
  onFile?: (done: number) => void
}

/**
 * Unpacks a tar archive, gzipped or plain. Only files and folders are taken.
 * @throws {DataError} when the archive is damaged or cut, holds links or devices, a path that leads out of `to`, or
 * more files or bytes than allowed. What was unpacked until then stays: unpack into a folder of its own.
 */
export async function extract(archive: string, options: ExtractOptions): Promise<void> {
  const { to, mostFiles, mostBytes, signal, onFile } = options
  const refuse = (expected: string, received: string) =>
    new DataError(archive, { expected, received, remedy: 'Do not trust this archive; fetch it from another place.' })
  const entries = untar()
  let files = 0
  let bytes = 0
  const unpack = async () => {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header
      // pax headers carry names and times; tar-stream has applied them already.
      if (type !== 'file' && type !== 'directory' && type !== 'contiguous-file') {
        throw refuse('files and folders only', `${name}, a ${type}`)
      }
      const parts = name.split(/[\\/]/).filter((part) => part !== '' && part !== '.')
      if (/^([\\/]|[a-z]:)/i.test(name) || parts.includes('..') || name.includes('\0')) {
        throw refuse('paths inside the folder', name)
      }
      const path = pathWithin(parts, options.within)
      if (path && type !== 'directory') {
        if (++files > mostFiles) throw refuse(`at most ${mostFiles} files`, 'more')
        bytes += size
        if (bytes > mostBytes) throw refuse(`at most ${mostBytes} bytes`, `${bytes} by ${name}`)
        await mkdir(dirname(join(to, path)), { recursive: true })
        await pipeline(entry, createWriteStream(join(to, path), { flags: 'wx' }), { signal })
        onFile?.(files)
      } else entry.resume()
    }
  }
  await mkdir(to, { recursive: true })
  try {
    const source = createReadStream(archive)
    // Small headers of many empty files must not make gigabytes either.
    const bound = boundary(mostBytes + 2048 * (mostFiles + 1000), () => refuse(`at most ${mostBytes} bytes`, 'more'))
    const feeding = (await isGzip(archive))
      ? pipeline(source, createGunzip(), bound, entries, { signal })
      : pipeline(source, bound, entries, { signal })
    await Promise.all([feeding, unpack()])
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof DataError) throw cause
    const received = (cause as Error).message
    throw new DataError(archive, { expected: 'a whole tar archive', received, remedy: 'Fetch it again.' }, { cause })
  }
}

function pathWithin(parts: readonly string[], within: string): string | undefined {
  if (within === '') return parts.join('/')
  return parts[0] === within ? parts.slice(1).join('/') : undefined
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.readUInt16BE() === 0x1f8b
  } finally {
    await file.close()
  }
}

function boundary(most: number, error: () => Error): Transform {
  let passed = 0
  return new Transform({
    transform(chunk, _, done) {
      passed += chunk.length
      if (passed > most) done(error())
      else done(null, chunk)
    },
  })
}
