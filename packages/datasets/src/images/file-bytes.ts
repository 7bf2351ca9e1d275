import { closeSync, fstatSync, openSync, read } from 'node:fs'
import { promisify } from 'node:util'

// The promises of node:fs/promises cost several times as much as this, which counts at thousands of files a second.
const readBytes = promisify(read)

/**
 * Opens a file for reading, lends its descriptor to `use`, and closes it. Opening and closing are done at once, because
 * handing them to another thread takes ten times as long as either; reading, which may wait for the disk, is not.
 */
export async function withFile<T>(path: string, use: (descriptor: number) => Promise<T>): Promise<T> {
  const descriptor = openSync(path, 'r')
  try {
    return await use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Length of an open file in bytes: no access to the disk. */
export const lengthOf = (descriptor: number): number => fstatSync(descriptor).size

/** Fills `to` from `position` on. False where the file has fewer bytes. */
export async function fill(descriptor: number, to: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < to.length; ) {
    const { bytesRead } = await readBytes(descriptor, to, done, to.length - done, position + done)
    if (bytesRead === 0) return false
    done += bytesRead
  }
  return true
}

/**
 * A file's bytes.
 * @throws {Error} when there is no such file, or it shrinks meanwhile.
 */
export function fileBytes(path: string): Promise<Buffer> {
  return withFile(path, async (descriptor) => {
    const bytes = Buffer.allocUnsafeSlow(lengthOf(descriptor))
    if (!(await fill(descriptor, bytes, 0))) throw new Error(`${path} shrank while it was read`)
    return bytes
  })
}
