import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError, EngineError, homeFolder, readJson } from '@dml-crc/core'
import { z } from 'zod'
import { resolveFetched } from './npm.ts'

export type NativeName = 'tfjs-node' | 'tfjs-node-gpu'

const require = createRequire(import.meta.url)

/** The published package of a native engine. */
export interface NativePackage {
  name: `@tensorflow/${NativeName}`
  version: string
  folder: string
}

/** The package as npm installed it, with the application or for `engine install`, or undefined where it is in neither. */
export function findPackage(name: NativeName): NativePackage | undefined {
  const packageName = `@tensorflow/${name}` as const
  const file = resolveFetched(`${packageName}/package.json`)
  return file ? { name: packageName, version: require(file).version, folder: dirname(file) } : undefined
}

/** A file of an installation, as it was when the installation was found to work. */
const InstalledFile = z.object({
  path: z.string(),
  bytes: z.number(),
  /** When it was last written, in ms since 1970. */
  mtimeMs: z.number(),
  sha256: z.string(),
})
export type InstalledFile = z.infer<typeof InstalledFile>

/** What an installation says of itself: the last file that is written into it. */
const Installation = z.object({
  package: z.string(),
  version: z.string(),
  /** Where the TensorFlow library is from. */
  source: z.string(),
  installedAt: z.string(),
  /** The binding first, then the libraries. */
  files: z.array(InstalledFile),
})
export type Installation = z.infer<typeof Installation>

/**
 * Where a native engine's binding and library are installed: outside of every node_modules, so that a package
 * manager neither sees nor removes them, and found again by all later runs of the same version. Whatever the Node: the
 * binding uses Node-API alone, which later versions keep.
 */
export function installationFolder({ name, version }: Pick<NativePackage, 'name' | 'version'>): string {
  return homeFolder('engine', `${name.split('/')[1]}-${version}-${process.platform}-${process.arch}`)
}

/** The file in which an installation describes itself. */
export const manifestOf = (folder: string) => join(folder, 'installation.json')

/** The installation in `folder`, or undefined where there is none, or one whose description is damaged. */
export function readInstallation(folder: string): Installation | undefined {
  try {
    return readJson(manifestOf(folder), Installation, 'the description of an installation', 'Install it again.')
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/**
 * Looks whether the files of an installation are as they were: loading a library that was damaged can kill the process
 * without a word. A file that was written to since, which its time tells, is read whole and hashed.
 * @throws {EngineError} naming the first file that is missing, of another size or with other content.
 */
export async function requireIntact(folder: string, { files }: Installation): Promise<void> {
  for (const file of files) {
    const { path, bytes, mtimeMs, sha256 } = file
    const found = statSync(join(folder, path), { throwIfNoEntry: false })
    if (!found) throw damaged(folder, file, 'no such file')
    if (found.size !== bytes) throw damaged(folder, file, `${found.size} bytes`)
    if (found.mtimeMs === mtimeMs) continue
    const now = await describeFile(folder, path)
    if (now.sha256 !== sha256) throw damaged(folder, file, `SHA-256 ${now.sha256}`)
  }
}

const damaged = (folder: string, { path, bytes, sha256 }: InstalledFile, received: string) =>
  new EngineError(join(folder, path), {
    expected: `${bytes} bytes with SHA-256 ${sha256}`,
    received,
    remedy: 'Run `dml-crc engine install` again.',
  })

/** A file of an installation as it is now. */
export async function describeFile(folder: string, path: string): Promise<InstalledFile> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(join(folder, path)), hash)
  const { size, mtimeMs } = statSync(join(folder, path))
  return { path, bytes: size, mtimeMs, sha256: hash.digest('hex') }
}
