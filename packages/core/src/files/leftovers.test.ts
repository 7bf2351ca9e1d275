import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replaceFolder, swapFolder } from './atomic-file.ts'
import { sweepLeftovers } from './leftovers.ts'
import { ownerTag } from './owner.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftovers-'))
})
afterEach(() => rm(folder, { recursive: true }))

const gone = () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  return ownerTag().replace(/-\d+-/, `-${pid}-`)
}
const write = (...parts: string[]) => writeFile(join(folder, ...parts), parts.join('/'))

it('removes what processes that are gone left, and nothing else', async () => {
  await mkdir(join(folder, 'inner'))
  await mkdir(join(folder, `model.${gone()}.tmp`))
  await write(`results.json.${gone()}.tmp`)
  await write('inner', `row.json.${gone()}.tmp`)
  const kept = [`row.${ownerTag()}.tmp`, 'notes.tmp', 'photo.jpg', `far.00000000-1-00000000.tmp`]
  for (const name of kept) await write(name)
  await sweepLeftovers(folder)
  expect(await readdir(join(folder, 'inner'))).toHaveLength(1)
  await sweepLeftovers(folder, { deep: true })
  expect((await readdir(folder)).sort()).toEqual([...kept, 'inner'].sort())
  expect(await readdir(join(folder, 'inner'))).toEqual([])
})

it('removes what another machine left a day ago', async () => {
  await write('far.00000000-1-00000000.tmp')
  await utimes(join(folder, 'far.00000000-1-00000000.tmp'), 0, 0)
  await sweepLeftovers(folder)
  expect(await readdir(folder)).toEqual([])
})

it('puts back a folder that was about to be replaced', async () => {
  const old = `model.${gone()}.old`
  await mkdir(join(folder, old))
  await write(old, 'weights')
  await sweepLeftovers(folder)
  expect(await readdir(folder)).toEqual(['model'])
})

it('replaceFolder sweeps what a killed process left of the same replacement', async () => {
  const left = [`model.${gone()}.tmp`, `model.${gone()}.old`]
  for (const name of left) await mkdir(join(folder, name))
  await mkdir(join(folder, 'model'))
  await replaceFolder(join(folder, 'model'), (aside) => writeFile(join(aside, 'weights'), ''))
  expect(await readdir(folder)).toEqual(['model'])
})

it('replaceFolder leaves one of them whole where several replace the same folder at once', async () => {
  const model = join(folder, 'model')
  const writeAll = (text: string) =>
    replaceFolder(model, async (aside) => {
      for (const name of ['a', 'b']) await writeFile(join(aside, name), text)
    })
  for (let round = 0; round < 5; round++) await Promise.all(['1', '2', '3', '4', '5', '6'].map(writeAll))
  const texts = await Promise.all(['a', 'b'].map((name) => readFile(join(model, name), 'utf8')))
  expect(texts[0]).toBe(texts[1])
  expect(await readdir(folder)).toEqual(['model'])
})

it('replaceFolder shows the old folder or the whole new one, and leaves nothing beside it', async () => {
  const model = join(folder, 'model')
  const fill = (text: string) => async (aside: string) => {
    await mkdir(join(aside, 'tfjs'))
    await writeFile(join(aside, 'tfjs', 'weights'), text)
    expect(await readdir(model).catch(() => [])).toEqual(text === 'first' ? [] : ['tfjs'])
    if (text === 'failing') throw new Error('power cut')
  }
  await replaceFolder(model, fill('first'))
  await replaceFolder(model, fill('second'))
  await expect(replaceFolder(model, fill('failing'))).rejects.toThrow('power cut')
  expect(await readFile(join(model, 'tfjs', 'weights'), 'utf8')).toBe('second')
  expect(await readdir(folder)).toEqual(['model'])
})

it('swapFolder does not take a file for a folder', async () => {
  await mkdir(join(folder, 'ready'))
  await write('thesis')
  await expect(swapFolder(join(folder, 'ready'), join(folder, 'thesis'))).rejects.toThrow(/a file where a folder/)
  expect(await readFile(join(folder, 'thesis'), 'utf8')).toBe('thesis')
})
