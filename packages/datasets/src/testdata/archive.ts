import { type Header, pack } from 'tar-stream'

export type Entry = [header: Pick<Header, 'name'> & Partial<Header>, content?: string | Buffer]

/** A tar archive in memory. */
export async function tar(...entries: Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const [header, content] of entries) archive.entry(header, content ?? '')
  archive.finalize()
  const pieces: Uint8Array[] = []
  for await (const piece of archive) pieces.push(piece as Uint8Array)
  return Buffer.concat(pieces)
}
