// Runs the TypeScript examples of the documents, each as a module of its package, and the projects of examples/.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { writePictures } from '../../packages/datasets/src/testdata/pictures.ts'
import { examplesOf, projectsOf, promisesOf } from './examples.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const data = join(root, '..', 'shared', 'data')
const before = process.cwd()
let folder
let module
// The projects run in one folder, where their flowers are drawn once.
let shared
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'projects-'))
})
afterAll(() => rm(shared, { recursive: true }))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'example-'))
  vi.stubEnv('DML_CRC_ENGINE', 'wasm')
  vi.stubEnv('DML_CRC_HOME', join(folder, 'home'))
  for (const name of ['ant', 'bee']) {
    await mkdir(join(folder, 'my-images', name), { recursive: true })
    await writePictures(join(folder, 'my-images', name), 5)
  }
  if (existsSync(data)) await symlink(data, join(folder, 'data'))
  process.chdir(folder)
})
afterEach(async () => {
  process.chdir(before)
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  for (const made of [folder, module].filter(Boolean)) await rm(made, { recursive: true, force: true })
  module = undefined
})

const pattern = (promise) =>
  new RegExp(
    promise
      .split('…')
      .map((text) =>
        text
          .trim()
          .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
          .replaceAll(/\s+/g, '\\s+'),
      )
      .join('[^]*?'),
  )

const examples = [...examplesOf(root), ...projectsOf(root)].filter(({ runs }) => runs)

it.for(examples)('$document, line $line', async ({ home, code, file }, { skip }) => {
  if (code.includes("'data/") && !existsSync(data)) skip('needs ../shared/data')
  if (file) process.chdir(shared)
  else {
    module = await mkdtemp(join(root, home, '.examples-'))
    await writeFile(join(module, 'example.ts'), code)
  }
  const [printed, complaints] = [[], []]
  vi.spyOn(console, 'log').mockImplementation((...values) => printed.push(format(...values)))
  for (const level of ['warn', 'error']) vi.spyOn(console, level).mockImplementation((...said) => complaints.push(said))
  await import(file ?? join(module, 'example.ts'))
  expect(complaints).toEqual([])
  const output = printed.join('\n')
  const promises = promisesOf(code)
  for (const promise of promises) expect(output).toMatch(pattern(promise))
  // What only defines something prints nothing.
  if (code.includes('console.log')) expect(output).not.toBe('')
})
