import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadExperiment } from './load.ts'

let folder: string
const root = () => join(folder, 'my photos')

/** Empty files: an experiment reads no image. */
function write(...paths: string[]) {
  for (const path of paths) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'photos-'))
  for (const kind of ['ant', 'bee']) write(...[1, 2, 3].map((i) => join(root(), kind, `${i}.jpg`)))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('photographs of the user', () => {
  it('are cross-validated where they are few', async () => {
    const { name, dataset, splits } = await loadExperiment(root())
    expect({ name, dataset: dataset.name, root: dataset.root, splits }).toEqual({
      name: 'my-photos',
      dataset: 'folder',
      root: root(),
      splits: { fit: 'all', test: '5 folds' },
    })
  })

  it('are split by fractions, or cross-validated in other folds, where that is asked for', async () => {
    const { dataset, splits } = await loadExperiment(root(), { photos: { fractions: { train: 0.5, val: 0.5 } } })
    expect([dataset.fractions, splits]).toEqual([
      { train: 0.5, val: 0.5 },
      { fit: 'train', test: 'val' },
    ])
    expect((await loadExperiment(root(), { photos: { folds: 3 } })).splits.test).toBe('3 folds')
  })

  it('are split where they are many', async () => {
    const many = join(folder, 'many')
    for (const kind of ['ant', 'bee']) write(...Array.from({ length: 500 }, (_, i) => join(many, kind, `${i}.png`)))
    const { dataset, splits } = await loadExperiment(many)
    expect([dataset.fractions, splits]).toEqual([
      { train: 0.8, test: 0.2 },
      { fit: 'train', test: 'test' },
    ])
  })

  it('keep the splits of their folders and of a manifest', async () => {
    const split = join(folder, 'split')
    write(join(split, 'train', 'ant', '1.jpg'), join(split, 'valid', 'ant', '2.jpg'))
    const found = await loadExperiment(split)
    expect([found.dataset.fractions, found.splits]).toEqual([undefined, { fit: 'train', test: 'valid' }])
    const list = join(folder, 'my list.csv')
    writeFileSync(list, 'path,label,split\nmy photos/ant/1.jpg,ant,b\nmy photos/bee/1.jpg,bee,a\n')
    const { name, dataset, splits } = await loadExperiment(list)
    expect({ name, manifest: dataset.manifest, splits }).toEqual({
      name: 'my-list',
      manifest: list,
      splits: { fit: 'b', test: 'a' },
    })
    const json = join(folder, 'list.json')
    writeFileSync(json, JSON.stringify([{ path: 'my photos/ant/1.jpg', label: 'ant' }]))
    expect((await loadExperiment(json)).dataset).toMatchObject({ name: 'folder', manifest: json })
  })

  it('cannot be tested on where there is one split, nor cross-validated under a network trained on them', async () => {
    await expect(loadExperiment(root(), { photos: { fractions: { train: 0.5 } } })).rejects.toThrow(/--folds 5/)
    const pretrain = 'backbones.0.pretrain={"epochs":1,"batchSize":4,"learningRate":0.1}'
    await expect(loadExperiment(root(), { assignments: [pretrain] })).rejects.toThrow(/trained on all of all/)
    await expect(loadExperiment(root(), { photos: { folds: 1 } })).rejects.toThrow(/two folds or more/)
  })
})
