import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMat } from './read.ts'
import { writeMat } from './write-mat.ts'

const testdata = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mat-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The same file in the other byte order: every number of its header and of one plain vector of doubles. */
function bigEndian(values: readonly number[]): Buffer {
  const words = (...list: number[]) => {
    const out = Buffer.alloc(4 * list.length)
    for (const [i, word] of list.entries()) out.writeUInt32BE(word, 4 * i)
    return out
  }
  const numbers = Buffer.alloc(8 * values.length)
  for (const [i, value] of values.entries()) numbers.writeDoubleBE(value, 8 * i)
  // A name of four bytes is packed into its tag: length in the upper half, type in the lower.
  const name = Buffer.concat([words((4 << 16) | 1), Buffer.from('abcd')])
  const body = Buffer.concat([
    words(6, 8, 6, 0),
    words(5, 8, values.length, 1),
    name,
    words(9, numbers.length),
    numbers,
  ])
  const header = Buffer.alloc(128, ' ')
  header.write('MATLAB 5.0 MAT-file')
  header.writeUInt16BE(0x0100, 124)
  header.write('MI', 126)
  return Buffer.concat([header, words(14, body.length), body])
}

describe('readMat', () => {
  it.each(['scipy_plain.mat', 'scipy_compressed.mat'])('reads what SciPy wrote: %s', async (name) => {
    const variables = await readMat(testdata(name))
    expect([...variables.keys()].sort()).toEqual(['bytes', 'cube', 'doubles', 'wide'])
    expect(variables.get('bytes')?.shape).toEqual([2, 3])
    // MATLAB stores it by columns.
    expect(variables.get('bytes')!.data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5))
    expect([...variables.get('doubles')!.data]).toEqual([0.5, -1.25, 1e300])
    expect([...variables.get('wide')!.data]).toEqual([-(2n ** 40n), 2n ** 40n])
  })

  it('reads big-endian files', async () => {
    const path = join(folder, 'big.mat')
    await writeFile(path, bigEndian([1, 2.5, -3]))
    expect([...(await readMat(path)).get('abcd')!.data]).toEqual([1, 2.5, -3])
  })

  it('reads back what writeMat wrote', async () => {
    const path = join(folder, 'own.mat')
    await writeMat(path, { labels: [1, 2, 3], one: [7] })
    const variables = await readMat(path)
    expect(variables.get('labels')).toEqual({ shape: [1, 3], data: Float64Array.of(1, 2, 3) })
    expect(variables.get('one')?.data[0]).toBe(7)
  })

  it('names MATLAB 7.3 files and how to convert them', async () => {
    const path = join(folder, 'hdf5.mat')
    const text = Buffer.alloc(512, ' ')
    text.write('MATLAB 7.3 MAT-file, Platform: GLNXA64')
    await writeFile(path, Buffer.concat([text, Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')]))
    await expect(readMat(path)).rejects.toThrow(/MATLAB 7\.3 file \(HDF5\).*-v7/)
  })

  it('tells damaged, cut, foreign and missing files, each with its path', async () => {
    const whole = await readFile(testdata('scipy_compressed.mat'))
    const cases: Record<string, Buffer> = {
      'cut.mat': whole.subarray(0, whole.length - 20),
      'short.mat': whole.subarray(0, 60),
      'page.mat': Buffer.from(`<html>${' '.repeat(300)}</html>`),
      'bits.mat': Buffer.from(whole.map((byte, i) => (i === 170 ? byte ^ 0xff : byte))),
    }
    for (const [name, content] of Object.entries(cases)) {
      await writeFile(join(folder, name), content)
      await expect(readMat(join(folder, name)), name).rejects.toThrow(`${name}: expected a MATLAB 5 file, received`)
    }
    await expect(readMat(join(folder, 'none.mat'))).rejects.toThrow('ENOENT')
  })

  it('refuses a file that unpacks to more than its memory budget, before that', async () => {
    const head = Buffer.alloc(136)
    head.writeUInt32LE(14, 0)
    head.writeUInt32LE(2 ** 27, 4)
    const packed = deflateSync(Buffer.concat([head, Buffer.alloc(2 ** 27)]), { level: 1 })
    const whole = await readFile(testdata('scipy_compressed.mat'))
    const tag = Buffer.alloc(8)
    tag.writeUInt32LE(15, 0)
    tag.writeUInt32LE(packed.length, 4)
    const path = join(folder, 'bomb.mat')
    await writeFile(path, Buffer.concat([whole.subarray(0, 128), tag, packed]))
    await expect(readMat(path)).rejects.toThrow(/contents of at most 6\d+ bytes .*received more/)
  })
})
