import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { isModel, modelFolder } from './model-folder.ts'

const scratch = mkdtempSync(join(tmpdir(), 'model-folder-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let run: string
beforeEach(() => {
  run = mkdtempSync(join(scratch, 'run-'))
})

/** A folder that looks like an exported model. */
function write(folder: string) {
  mkdirSync(folder)
  writeFileSync(join(folder, 'export.json'), '')
}

describe('a model', () => {
  it('is found by its own folder and by that of its run', async () => {
    write(join(run, 'model'))
    for (const path of [run, join(run, 'model')]) {
      expect(await isModel(path)).toBe(true)
      expect(await modelFolder(path)).toBe(join(run, 'model'))
    }
  })

  it('is put back where a process was killed while it replaced it', async () => {
    for (const find of [isModel, modelFolder]) {
      // As core names what a process sets aside; this one is long gone, on another machine.
      const aside = join(run, 'model.00000000-1-00000000.old')
      write(aside)
      utimesSync(aside, 0, 0)
      expect([true, join(run, 'model')]).toContain(await find(run))
      expect(readdirSync(run)).toEqual(['model'])
      rmSync(join(run, 'model'), { recursive: true })
    }
  })

  it('that is not there is told from a run without one', async () => {
    await expect(modelFolder(join(run, 'nowhere'))).rejects.toThrow(/received no such folder/)
    await expect(modelFolder(run)).rejects.toThrow(/received a folder of other things/)
    writeFileSync(join(run, 'results.json'), '{}')
    await expect(modelFolder(run)).rejects.toThrow(DataError)
    await expect(modelFolder(run)).rejects.toThrow(/received a run without a model/)
    expect(await isModel(run)).toBe(false)
  })
})
