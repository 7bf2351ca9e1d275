import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demo, drawDemo } from '@dml-crc/datasets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../results/schema.ts'
import { assign, commandIn, expectDone, expectError } from '../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-photos-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)
const network = ['--backbone', 'tiny_vgg', '--weights', 'none']
// Softmax is fitted some hundred times: on each fold, for each candidate of its decay.
const quick = assign('methods.0.options={"steps":50}')
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'))

/** Four kinds of the demo set, eight pictures each, in class folders. */
beforeAll(async () => {
  const set = join(folder, 'set')
  await drawDemo(set, { perClass: { train: 8, val: 1, test: 1 } })
  const { classes, split } = await demo(set)
  for (const { path, label } of await split('train')) {
    if (label >= 4) continue
    mkdirSync(join(folder, 'photos', classes[label]), { recursive: true })
    cpSync(path, join(folder, 'photos', classes[label], path.split(/[\\/]/).at(-1)!))
  }
})

describe('dml-crc on a folder of photographs', () => {
  it('cross-validates: every image is tested once, by classifiers that have not seen it', async () => {
    const shown = JSON.parse(expectDone(await dmlCrc.run('run', 'photos', ...network, ...quick, '--json', '--quiet')))
    const { rows } = json('runs', 'photos', 'results.json')
    expect(rows).toEqual(shown.rows)
    expect(rows.map(({ method, count, split }: Row) => [method, count, split.fit, split.test])).toEqual(
      ['softmax', 'CRC', 'DML-CRC'].map((method) => [method, 32, 'all', '5 folds']),
    )
    const select = rows.map(({ split }: Row) => split.select)
    expect(select).toEqual([
      expect.stringContaining('weightDecay'),
      'nothing chosen',
      expect.stringContaining('lambda'),
    ])
    // Better than one in four by chance, and not perfect as it would be on images that were fitted on.
    for (const { top1 } of rows) expect(top1).toBeGreaterThan(0.25)
    expect(Math.min(...rows.map(({ top1 }: { top1: number }) => top1))).toBeLessThan(1)
  })

  it('predicts with calibrated probabilities, explains and evaluates what the run has made', async () => {
    const kind = readdirSync(join(folder, 'photos'))[0]
    const image = join('photos', kind, readdirSync(join(folder, 'photos', kind))[0])
    const predict = ['predict', join('runs', 'photos'), image]
    const result = await dmlCrc.run(...predict, '--top', '2', '--json')
    const [{ className, top }] = JSON.parse(expectDone(result))
    expect(result.stderr).not.toMatch(/not calibrated/)
    expect([className, top.length]).toEqual([kind, 2])
    expect(top[0].probability).toBeGreaterThan(top[1].probability)
    const [explained] = JSON.parse(expectDone(await dmlCrc.run('explain', join('runs', 'photos'), image, '--json')))
    expect(join('photos', explained.support[0].id)).toBe(image)
    const found = JSON.parse(expectDone(await dmlCrc.run('evaluate', join('runs', 'photos'), 'photos', '--json')))
    expect(found).toMatchObject({ count: 32, top1: 1, top5: 1, wrong: [] })
    expectError(await dmlCrc.run('evaluate', join('runs', 'photos'), 'other'), /other/)
  })

  it('says «none of these» of images below the threshold, which is chosen on held-out images or given', async () => {
    const predict = async (...more: string[]) =>
      expectDone(await dmlCrc.run('predict', join('runs', 'photos'), 'photos', ...more)).match(/none of these/g)
        ?.length ?? 0
    expect(await predict('--threshold', '1')).toBe(32)
    expect(await predict('--threshold', '0')).toBe(0)
    const { unknown } = JSON.parse(expectDone(await dmlCrc.run('evaluate', join('runs', 'photos'), 'photos', '--json')))
    expect(await predict()).toBe(Math.round(32 * unknown))
    expectError(await dmlCrc.run('predict', join('runs', 'photos'), 'photos', '--threshold', 'high'), /«high»/)
  })

  it('exports the model of the run without fitting it again', async () => {
    const before = JSON.parse(expectDone(await dmlCrc.run('predict', join('runs', 'photos'), 'photos', '--json')))
    const model = join('runs', 'photos', 'model')
    const result = await dmlCrc.run('export', join('runs', 'photos'))
    expect(expectDone(result)).toBe(`${model}\n`)
    expect(readdirSync(join(folder, model)).sort()).toEqual([
      'backbone.safetensors',
      'export.json',
      'model.safetensors',
      'saved_model',
      'tfjs',
    ])
    const after = JSON.parse(expectDone(await dmlCrc.run('predict', model, 'photos', '--json')))
    expect(after.map(({ label }: { label: number }) => label)).toEqual(
      before.map(({ label }: { label: number }) => label),
    )
  })

  it('splits by fractions, the same way each time', async () => {
    const run = async (out: string) => {
      const args = ['--fractions', 'train=.75,test=.25', '--out', out, '--quiet', '--json']
      return JSON.parse(expectDone(await dmlCrc.run('run', '--data', 'photos', ...network, ...quick, ...args))).rows
    }
    const [first, second] = [await run('a'), await run('b')]
    expect(first[0]).toMatchObject({ count: 8, split: { fit: 'train', test: 'test' } })
    expect(json('a', 'details.json').test).toEqual(json('b', 'details.json').test)
    expect(first.map(({ top1 }: { top1: number }) => top1)).toEqual(second.map(({ top1 }: { top1: number }) => top1))
  })

  it('says what is wrong', async () => {
    mkdirSync(join(folder, 'empty'))
    expectError(await dmlCrc.run('run', 'empty'), /images in class folders/)
    expectError(await dmlCrc.run('run', 'photos', '--folds', 'few'), /--folds 5/)
    expectError(await dmlCrc.run('run', 'photos', '--fractions', 'train'), /--fractions train=0\.8,test=0\.2/)
  })
})
