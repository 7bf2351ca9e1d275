import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import * as yauzl from 'yauzl'

/** A file in a zip archive. */
export interface ZipEntry {
  readonly fileName: string
  readonly uncompressedSize: number
  readonly crc32: number
  /** The unpacked bytes; a file that unpacks to more than it says is an error while it is read. */
  open(): Promise<Readable>
}

/** A zip archive whose directory is read. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[]
  close(): void
}

/**
 * Opens a zip archive: a file, or its bytes.
 * @throws {Error} when its directory is damaged or longer than the archive.
 */
export async function openZip(source: string | Buffer): Promise<ZipArchive> {
  const options = { lazyEntries: true, autoClose: false }
  const zip = await (typeof source === 'string'
    ? promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(source, options)
    : promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(source, options))
  try {
    // Each entry of the directory takes 46 bytes or more.
    if (zip.entryCount * 46 > zip.fileSize) throw new Error(`${zip.entryCount} entries in ${zip.fileSize} bytes`)
    const open = promisify<yauzl.Entry, Readable>((entry, done) => zip.openReadStream(entry, done))
    const entries = await new Promise<ZipEntry[]>((resolve, reject) => {
      const listed: ZipEntry[] = []
      zip.on('entry', (entry) => {
        const { fileName, uncompressedSize, crc32 } = entry
        listed.push({ fileName, uncompressedSize, crc32, open: () => open(entry) })
        zip.readEntry()
      })
      zip.on('end', () => resolve(listed))
      zip.on('error', reject)
      zip.readEntry()
    })
    return { entries, close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}
