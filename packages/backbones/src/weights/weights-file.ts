import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type HostTensor, SafetensorsFile } from '@dml-crc/core'

/** An open file of weights, whatever its format; tensors are read one at a time. */
export interface WeightsFile {
  path: string
  /** SHA-256 of the bytes, in hexadecimal. */
  id: string
  metadata: Readonly<Record<string, string>>
  shapes: ReadonlyMap<string, readonly number[]>
  read(name: string): Promise<HostTensor>
  close(): Promise<void>
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece)
  return hash.digest('hex')
}

/** @throws {DataError} when the file is missing, cut or not a safetensors file. */
export async function openSafetensors(path: string): Promise<WeightsFile> {
  const file = await SafetensorsFile.open(path)
  return {
    path,
    id: await sha256Of(path),
    metadata: file.metadata,
    shapes: new Map([...file.entries].map(([name, { shape }]) => [name, shape])),
    read: (name) => file.read(name),
    close: () => file.close(),
  }
}
