import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as core from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as datasets from './index.ts'
import { writePictures } from './testdata/pictures.ts'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
const examples = [...(await readFile(readme, 'utf8')).matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...args: unknown[]) => Promise<void>

/** Runs an example with its imports taken from the sources, and returns what it printed. */
async function run(code: string): Promise<unknown[][]> {
  const printed: unknown[][] = []
  const body = code.replaceAll(/import (\{.*?\}) from '(.*?)'/gs, "const $1 = packages['$2']")
  const packages = { '@dml-crc/core': core, '@dml-crc/datasets': datasets }
  await new AsyncFunction('packages', 'console', body)(packages, {
    log: (...values: unknown[]) => printed.push(values),
  })
  return printed
}

describe('the examples of the README', () => {
  const before = process.cwd()
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readme-'))
    vi.stubEnv('DML_CRC_HOME', join(folder, 'home'))
    if (existsSync(shared)) await symlink(shared, join(folder, 'data'))
    for (const name of ['ant', 'bee']) {
      await mkdir(join(folder, 'my-images', name), { recursive: true })
      await writePictures(join(folder, 'my-images', name), 5)
    }
    await writeFile(join(folder, 'my-images', 'notes.txt'), '')
    process.chdir(folder)
  })
  afterAll(async () => {
    process.chdir(before)
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  it('are five', () => expect(examples).toHaveLength(5))

  it('define a set', async () => expect(await run(examples[4])).toEqual([[3]]))

  it.skipIf(!existsSync(shared))('load (needs ../shared)', async () => {
    const [[name, path]] = await run(examples[0])
    expect(name).toBeTypeOf('string')
    expect(existsSync(path as string)).toBe(true)
  })

  it.skipIf(!existsSync(shared))('iterate (needs ../shared)', async () => {
    const [[length, shape, labels]] = await run(examples[1])
    expect([length, shape]).toEqual([32 * 224 * 224 * 3, [32, 224, 224, 3]])
    expect(labels).toHaveLength(32)
  })

  it('download', async () => {
    const [[root, ...rest]] = await run(examples[2])
    expect(root).toMatch(/home.datasets.demo-[0-9a-f]{12}$/)
    expect(rest).toEqual([true, 0, 0])
  })

  it('own folder', async () => expect(await run(examples[3])).toEqual([[['ant', 'bee']]]))
})
