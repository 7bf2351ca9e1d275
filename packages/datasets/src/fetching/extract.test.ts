import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DataError } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Entry, tar } from '../testdata/archive.ts'
import { extract } from './extract.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extract-'))
})
afterAll(() => rm(folder, { recursive: true }))

let runs = 0
/** Unpacks into a folder two levels deep, so that a path which climbs out is seen in the first. */
async function unpack(content: Buffer, limits: { within?: string; mostFiles?: number; mostBytes?: number } = {}) {
  const place = join(folder, `${runs++}`)
  const archive = join(folder, `${runs}.tar`)
  await writeFile(archive, content)
  await extract(archive, { to: join(place, 'inner'), within: '', mostFiles: 10, mostBytes: 1000, ...limits })
  return { place, files: (await readdir(join(place, 'inner'), { recursive: true })).sort() }
}

describe('extract', () => {
  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzipped', gzipSync],
  ] as const)('unpacks a %s archive', async (_, form) => {
    const { place, files } = await unpack(
      form(await tar([{ name: 'a/', type: 'directory' }], [{ name: './a/b.txt' }, 'hello'], [{ name: 'c.txt' }, ''])),
    )
    expect(files).toEqual(['a', 'a/b.txt', 'c.txt'])
    expect(await readFile(join(place, 'inner', 'a', 'b.txt'), 'utf8')).toBe('hello')
  })

  it('takes off the leading folder and leaves out what lies beside it', async () => {
    const archive = await tar([{ name: 'CUB/images/x.jpg' }, 'x'], [{ name: 'attributes.txt' }, 'y'])
    expect((await unpack(archive, { within: 'CUB' })).files).toEqual(['images', 'images/x.jpg'])
  })

  it.each([
    ['a path that climbs out', { name: '../out.txt' }],
    ['a path that climbs out later', { name: 'a/../../out.txt' }],
    ['a path of Windows that climbs out', { name: 'a\\..\\..\\out.txt' }],
    ['an absolute path', { name: '/tmp/out.txt' }],
    ['a drive', { name: 'c:/out.txt' }],
    ['a symbolic link', { name: 'a', type: 'symlink', linkname: '/etc' }],
    ['a hard link', { name: 'a', type: 'link', linkname: '../../out.txt' }],
    ['a device', { name: 'a', type: 'character-device' }],
  ] as [string, Entry[0]][])('refuses %s', async (_, header) => {
    const before = runs
    const archive = await tar([{ name: 'good.txt' }, 'fine'], [header, header.type ? undefined : 'bad'])
    await expect(unpack(archive)).rejects.toThrow(/Do not trust this archive/)
    expect(await readdir(join(folder, `${before}`))).toEqual(['inner'])
  })

  it('refuses more files or bytes than declared, also when they are well packed', async () => {
    const many = await tar(...Array.from({ length: 11 }, (_, i): Entry => [{ name: `${i}` }]))
    await expect(unpack(many)).rejects.toThrow(/at most 10 files/)
    await expect(unpack(await tar([{ name: 'large' }, 'x'.repeat(1001)]))).rejects.toThrow(/at most 1000 bytes/)
    const bomb = gzipSync(Buffer.concat([await tar([{ name: 'a' }, 'x']), Buffer.alloc(8_000_000)]))
    await expect(unpack(bomb, { mostBytes: 10 })).rejects.toThrow(DataError)
  })

  it('tells a cut or damaged archive', async () => {
    const whole = gzipSync(await tar([{ name: 'a.txt' }, 'some text that is long enough to be cut in two'.repeat(9)]))
    await expect(unpack(whole.subarray(0, whole.length - 12))).rejects.toThrow(/expected a whole tar archive/)
    await expect(unpack(Buffer.from('<html>not found</html>'.repeat(50)))).rejects.toThrow(DataError)
    const noise = Buffer.from(whole.map((byte, i) => (i > 30 && i < 50 ? byte ^ 0x55 : byte)))
    await expect(unpack(noise)).rejects.toThrow(DataError)
  })
})
