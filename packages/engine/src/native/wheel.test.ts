import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { packWheel, RECORD, wheelFiles } from './testdata/wheel.ts'
import { extractWheel } from './wheel.ts'

let scratch: string
let folder: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'wheel-'))
})
beforeEach(async () => {
  folder = await mkdtemp(join(scratch, 'extracted-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function extract(bytes: Uint8Array): Promise<void> {
  const path = join(scratch, 'tensorflow.whl')
  await writeFile(path, bytes)
  await extractWheel(path, folder)
}

it('gives the libraries as they were packed', async () => {
  await extract(packWheel(wheelFiles(5000)))
  expect((await readdir(join(folder, 'tensorflow'))).sort()).toEqual([
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ])
  expect(await readFile(join(folder, 'tensorflow', 'libtensorflow_cc.so.2'))).toEqual(Buffer.alloc(5000))
})

describe('a damaged wheel is refused by an error of its own:', () => {
  const files = wheelFiles(5000)
  const packed = packWheel(files)
  /** The packed wheel with one byte of its `nth` file's compressed content changed. */
  const flipped = (nth: number) => {
    const bytes = Buffer.from(packed)
    let at = -1
    for (let i = 0; i <= nth; i++) at = bytes.indexOf('PK\x03\x04', at + 1, 'latin1')
    const content = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    bytes[content] ^= 0xff
    return bytes
  }
  it.each<[string, () => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['another file', () => Buffer.from('no archive')],
    ['one that is cut', () => packed.subarray(0, packed.length - 30)],
    ['a damaged library', () => flipped(1)],
    ['a damaged RECORD', () => flipped(2)],
    ['no RECORD', () => packWheel(Object.fromEntries(Object.entries(files).filter(([name]) => name !== RECORD)))],
    ['a RECORD of another file', () => packWheel({ ...files, [RECORD]: Buffer.from('x,sha256=x,1\n') })],
    ['a RECORD far too long', () => packWheel({ ...files, [RECORD]: new Uint8Array(2 ** 23 + 1) })],
    ['no library', () => packWheel({ [RECORD]: files[RECORD] })],
  ])('%s', async (_, make) => {
    const error = await extract(make()).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/expected a wheel of TensorFlow/)
  })
})
