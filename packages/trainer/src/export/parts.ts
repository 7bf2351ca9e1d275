import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError, unreadable } from '@dml-crc/core'

/** The SHA-256 of each file of an export, by its path in the folder. */
export type PartDigests = Readonly<Record<string, string>>

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash).catch((cause) => {
    throw unreadable(path, 'a part of an export', cause)
  })
  return hash.digest('hex')
}

/** @throws {DataError} when a file cannot be read. */
export async function digestParts(folder: string, files: readonly string[]): Promise<PartDigests> {
  const digests = files.map(async (file) => [file, await digestOf(join(folder, file))] as const)
  return Object.fromEntries(await Promise.all(digests))
}

/**
 * Checks that files are those that were exported together, so that none of another export, or damaged, is used.
 * @throws {DataError} naming the first that is not.
 */
export async function checkParts(folder: string, files: readonly string[], expected: PartDigests): Promise<void> {
  const found = await digestParts(folder, files)
  const wrong = files.find((file) => found[file] !== expected[file])
  if (wrong === undefined) return
  throw new DataError(join(folder, wrong), {
    expected: `the file that was exported (SHA-256 ${expected[wrong]?.slice(0, 8) ?? 'not recorded'}…)`,
    received: `another (${found[wrong].slice(0, 8)}…)`,
    remedy: 'Export the model again.',
  })
}
