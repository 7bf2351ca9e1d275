import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { zipSync } from 'fflate'

export const RECORD = 'tensorflow-0.dist-info/RECORD'

/** The files of a wheel in the form of TensorFlow's whose library is `bytes` zeros. */
export function wheelFiles(bytes: number): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {
    'tensorflow/libtensorflow_framework.so.2': new Uint8Array(9),
    'tensorflow/libtensorflow_cc.so.2': new Uint8Array(bytes),
  }
  const lines = Object.entries(files).map(([name, content]) => {
    const digest = createHash('sha256').update(content).digest('base64url')
    return `${name},sha256=${digest},${content.length}\n`
  })
  return { ...files, [RECORD]: Buffer.from(lines.join('')) }
}

/** A wheel as a zip archive in memory. */
export const packWheel = (files: Record<string, Uint8Array>): Uint8Array => zipSync(files, { level: 1 })

/** Writes a wheel of {@link wheelFiles}, stored as it is: it extracts, and nothing can be built with it. */
export const makeWheel = (path: string, bytes: number): Promise<void> =>
  writeFile(path, zipSync(wheelFiles(bytes), { level: 0 }))
