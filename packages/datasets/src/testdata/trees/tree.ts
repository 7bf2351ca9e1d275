import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeMat } from '@dml-crc/core'
import sharp from 'sharp'

/** A tree of a few images in the official layout of a set: the contents of its lists, and its images. */
export interface Tree {
  /** Text lists by name. */
  lists: Record<string, string>
  /** MATLAB lists by name, each variable [1, N]. */
  matrices?: Record<string, Record<string, number[]>>
  /** Lists that are copies of files in `testdata/lists`. */
  copies?: Record<string, string>
  images: string[]
}

/** The names of all lists. */
export const listNames = ({ lists, matrices = {}, copies = {} }: Tree) =>
  [lists, matrices, copies].flatMap((kind) => Object.keys(kind))

export const lines = (...rows: string[]) => `${rows.join('\n')}\n`

/** Writes a tree; every image is the same small JPEG. */
export async function plant(root: string, { lists, matrices = {}, copies = {}, images }: Tree): Promise<void> {
  const pixels = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#357' } })
    .jpeg()
    .toBuffer()
  const write = async (name: string, content: string | Buffer) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  for (const [name, text] of Object.entries(lists)) await write(name, text)
  for (const name of images) await write(name, pixels)
  for (const [name, variables] of Object.entries(matrices)) {
    await mkdir(root, { recursive: true })
    await writeMat(join(root, name), variables)
  }
  for (const [name, source] of Object.entries(copies)) {
    await copyFile(new URL(`../lists/${source}`, import.meta.url), join(root, name))
  }
}
