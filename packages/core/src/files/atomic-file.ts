import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { unwritable } from './disk-error.ts'
import { sweepLeftovers } from './leftovers.ts'
import { ownerTag } from './owner.ts'

/**
 * Writes a file so that, whatever happens, its path holds either what was there before or the whole new
 * content: a temporary file beside it is filled by `fill`, forced to the disk, and renamed over it. The temporary file of a
 * process that was killed is removed by `sweepLeftovers`.
 * @throws {DataError} when the disk is full or the place cannot be written to.
 */
export async function replaceFile(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw unwritable(folder, cause)
  })
  const temporary = `${path}.${ownerTag()}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await fill(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw unwritable(path, error)
  }
  await syncFolder(folder)
}

/** Makes a rename survive a power cut. Windows opens no folders, and needs none of this. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** {@link replaceFile} with content at hand. */
export function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  return replaceFile(path, (file) => file.writeFile(content))
}

/** {@link replaceFile} with a value as indented JSON. */
export function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

/**
 * The names in a folder, none where it does not exist.
 * @throws {DataError} when there is a file in its place, or it cannot be read.
 */
export async function listFolder(path: string): Promise<string[]> {
  return readdir(path).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw unwritable(path, error)
  })
}

/**
 * Puts the folder `ready` in the place of `path`, whatever was there before. A process that is killed in between leaves
 * either of them under the path, or lets `sweepLeftovers` put the one before back. Of several processes that do it at once,
 * the last one stays.
 * @throws {DataError} when a file is in its place, or the place cannot be written to.
 */
export async function swapFolder(ready: string, path: string): Promise<void> {
  await listFolder(path)
  for (let isThere = false; !isThere; ) {
    const old = `${resolve(path)}.${ownerTag()}.old`
    await rename(path, old).catch((error) => {
      if (error.code !== 'ENOENT') throw unwritable(path, error)
    })
    isThere = await rename(ready, path).then(
      () => true,
      (error) => {
        // Another process was quicker: its folder is set aside in turn.
        if (OCCUPIED.has(error.code)) return false
        throw unwritable(path, error)
      },
    )
    await syncFolder(dirname(resolve(path)))
    await rm(old, { recursive: true, force: true })
  }
}

/** What the systems say of a rename to a folder that holds something. */
const OCCUPIED = new Set(['ENOTEMPTY', 'EEXIST'])

/**
 * Writes a folder as {@link replaceFile} writes a file: `fill` makes it beside its place, where it is then put whole. What
 * killed processes left there is swept first.
 * @throws {DataError} when the disk is full or the place cannot be written to.
 */
export async function replaceFolder(path: string, fill: (aside: string) => Promise<void>): Promise<void> {
  const aside = `${resolve(path)}.${ownerTag()}.tmp`
  await sweepLeftovers(dirname(aside))
  try {
    await mkdir(aside, { recursive: true })
    await fill(aside)
    for (const name of await readdir(aside, { recursive: true, withFileTypes: true })) {
      if (name.isDirectory()) await syncFolder(join(name.parentPath ?? name.path, name.name))
    }
    await syncFolder(aside)
    await swapFolder(aside, path)
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => {})
    throw unwritable(path, error)
  }
}
