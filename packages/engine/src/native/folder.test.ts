import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeFile, type Installation, manifestOf, readInstallation, requireIntact } from './folder.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-folder-'))
})
afterAll(() => rm(folder, { recursive: true }))

const installation: Installation = {
  package: '@tensorflow/tfjs-node',
  version: '4.22.0',
  source: 'a wheel',
  installedAt: '2026-01-01T00:00:00.000Z',
  files: [{ path: 'library', bytes: 4, mtimeMs: 0, sha256: 'not yet' }],
}

it('reads what an installation says of itself, whose files it then checks', async () => {
  await writeFile(join(folder, 'library'), 'code')
  const files = [await describeFile(folder, 'library')]
  await writeFile(manifestOf(folder), JSON.stringify({ ...installation, files }))
  expect(readInstallation(folder)).toEqual({ ...installation, files })
  await requireIntact(folder, readInstallation(folder)!)
})

it.each(['', '{', 'null', '[]', '{}', '{"files":[null]}', JSON.stringify({ ...installation, files: 'none' })])(
  'takes a folder for one without an installation where that says %s',
  async (text) => {
    await writeFile(manifestOf(folder), text)
    expect(readInstallation(folder)).toBeUndefined()
  },
)
