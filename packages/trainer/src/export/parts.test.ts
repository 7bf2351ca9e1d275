import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkParts, digestParts } from './parts.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-'))
  for (const name of ['old', 'new']) {
    await mkdir(join(folder, name))
    for (const part of ['a', 'b']) await writeFile(join(folder, name, part), `${name} ${part}`)
  }
})
afterAll(() => rm(folder, { recursive: true }))

it('accepts the files that were exported together and refuses one of another export, or none', async () => {
  const [old, recent] = ['old', 'new'].map((name) => join(folder, name))
  const parts = await digestParts(recent, ['a', 'b'])
  await checkParts(recent, ['a', 'b'], parts)
  await expect(checkParts(old, ['a'], parts)).rejects.toThrow(DataError)
  await writeFile(join(recent, 'b'), 'old b')
  await checkParts(recent, ['a'], parts)
  await expect(checkParts(recent, ['a', 'b'], parts)).rejects.toThrow(/new.b: expected the file that was exported/)
  await expect(checkParts(recent, ['c'], parts)).rejects.toThrow(/no such file/)
})
