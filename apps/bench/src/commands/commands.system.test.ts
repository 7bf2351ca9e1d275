import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSafetensors } from '@dml-crc/core'
import { demo } from '@dml-crc/datasets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComparedMethod } from '../results/compare.ts'
import { Results } from '../results/schema.ts'
import { summarise } from '../results/summary.ts'
import { assign, commandIn, expectDone, expectError } from '../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)
let set: string

const images = assign('dataset.perClass={"train":4,"val":1,"test":2}', 'backbones.0.inputSize=32')
const size = [...images, ...assign('backbones.0.pretrain.epochs=1')]
const methods = assign(
  'methods=[{"method":"crc","options":{"lambda":0.3}},{"method":"dmlCrc","options":{"shrinkage":2,"between":0.25,"gamma":1.5}}]',
)
const weights = ['--weights', join('base', 'checkpoints', 'tiny_vgg.safetensors')]

const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'))

beforeAll(async () => {
  expectDone(
    await dmlCrc.run('run', 'demo', ...size, ...methods, ...assign('sweeps=[]', 'endToEnd=[]'), '--out', 'base'),
  )
  const sets = join(folder, 'home', 'datasets')
  set = join(sets, readdirSync(sets)[0])
})

describe('dml-crc features', () => {
  it('writes a file of features and labels for each split', async () => {
    const result = await dmlCrc.run('features', 'demo', ...images, ...weights, '--json')
    const { files } = JSON.parse(expectDone(result))
    expect(files).toEqual(['train', 'test'].map((split) => join('features', `${split}.safetensors`)))
    const shapes = await Promise.all(
      files.map(async (file: string) => {
        const { tensors } = await readSafetensors(join(folder, file))
        return [tensors.get('features')!.shape, [...tensors.get('labels')!.data].map(Number).slice(0, 5)]
      }),
    )
    expect(shapes).toEqual([
      [[80, 128], (await (await demo(set)).split('train')).slice(0, 5).map(({ label }) => label)],
      [[40, 128], (await (await demo(set)).split('test')).slice(0, 5).map(({ label }) => label)],
    ])
  })

  it('have several layers and pools side by side, each as it is alone but for its scale', async () => {
    const rowsOf = async (out: string, ...words: string[]) => {
      expectDone(await dmlCrc.run('features', 'demo', ...images, ...weights, ...words, '--out', out))
      const { tensors, metadata } = await readSafetensors(join(folder, out, 'test.safetensors'))
      const { shape, data } = tensors.get('features')!
      const row = (i: number) => [...(data as Float32Array).subarray(i * shape[1], (i + 1) * shape[1])]
      return { layer: metadata.layer, rows: Array.from({ length: shape[0] }, (_, i) => row(i)) }
    }
    const both = await rowsOf('both', '--layers', 'block3_pool,block4', '--pools', 'average,max')
    expect(both.layer).toBe('block3_pool + block3_pool, max + block4 + block4, max')
    const singles: (typeof both)[] = []
    for (const layer of ['block3_pool', 'block4']) {
      for (const pool of ['average', 'max']) {
        singles.push(await rowsOf(`${layer}-${pool}`, '--layers', layer, '--pools', pool))
      }
    }
    const width = both.rows[0].length / singles.length
    const expected = both.rows.map((_, i) =>
      singles.flatMap(({ rows }) => {
        const scale = width / rows[i].reduce((sum, value) => sum + Math.abs(value), 0)
        return rows[i].map((value) => value * scale)
      }),
    )
    for (const [i, row] of both.rows.entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected[i][j], 4)
    }
    expectError(
      await dmlCrc.run('features', 'demo', ...images, ...weights, '--pools', 'averag', '--quiet'),
      /Did you mean average/,
    )
  })

  it('feed `classify`, which has the accuracy of the run', async () => {
    const [train, test] = ['train', 'test'].map((split) => join('features', `${split}.safetensors`))
    const method = ['--method', 'crc', '--set', 'lambda=0.3', '--json', '--quiet']
    const { accuracy } = JSON.parse(
      expectDone(await dmlCrc.run('classify', '--features', train, '--queries', test, ...method)),
    )
    const { top1 } = json('base', 'results.json').rows.find((row: { method: string }) => row.method === 'CRC')
    // Folded normalisation rounds otherwise than that of the run: one image of forty may change sides.
    expect(Math.abs(accuracy - top1)).toBeLessThanOrEqual(1 / 40)
  })

  it('asks for weights where the experiment would train them', async () => {
    expectError(await dmlCrc.run('features', 'demo', ...images, '--quiet'), /--weights/, /checkpoints/)
  })
})

describe('dml-crc explain', () => {
  it('names the training images that decide, of the model that the run has made', async () => {
    const [first] = await (await demo(set)).split('test')
    const args = ['explain', 'base', first.path]
    const [found] = JSON.parse(expectDone(await dmlCrc.run(...args, '--top', '3', '--json', '--quiet')))
    expect(found.source).toBe(first.path)
    expect(found.support).toHaveLength(3)
    const sizes = found.support.map(({ code }: { code: number }) => Math.abs(code))
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    const text = expectDone(await dmlCrc.run(...args, '--quiet'))
    for (const { id, className } of found.support) expect(text).toMatch(new RegExp(`${id}.*${className}`))
    // The report explains its first image by the same model, and so by the same codes.
    const shown = json('base', 'details.json').gallery.find(
      ({ query }: { query: { id: string } }) => query.id === first.id,
    )
    if (shown) expect(shown.support[0].id).toBe(found.support[0].id)
  })

  it('says what is wrong', async () => {
    expectError(await dmlCrc.run('explain', 'base', 'nothing.jpg', '--quiet'), /nothing\.jpg/)
    expectError(await dmlCrc.run('explain', 'nowhere', 'nothing.jpg'), /no such folder/)
    expectError(await dmlCrc.run('explain', 'base'), /<images>/)
  })
})

describe('dml-crc export and predict', () => {
  const names = ['one', 'two', 'three', 'four']

  it.each([
    ['the middle of the image', []],
    ['a smaller view and its mirror image', assign('shortSide=1.5', 'mirror=true')],
    [
      'two short sides, mirror images, random views to fit on',
      assign('shortSide=[1,1.5]', 'mirror=true', 'randomViews=2'),
    ],
  ])('name the test images as the row of the run does: %s', async (_, view) => {
    const out = names.shift()!
    const printed = expectDone(
      await dmlCrc.run('export', 'demo', ...images, ...weights, ...methods, ...view, '--out', out),
    )
    expect(printed.trimEnd().split('\n').at(-1)).toBe(join(out, 'model'))
    const test = await (await demo(set)).split('test')
    const args = ['predict', join(out, 'model'), ...test.map(({ path }) => path)]
    const predicted = JSON.parse(expectDone(await dmlCrc.run(...args, '--json', '--quiet')))
    const { predictions } = json(out, 'details.json')
    const row = Object.keys(predictions).find((key) => key.includes('DML-CRC'))!
    expect(predicted.map(({ label }: { label: number }) => label)).toEqual(predictions[row])
  })

  it('train exports what the end-to-end row predicts with', async () => {
    const view = assign('shortSide=1.5', 'mirror=true')
    const train = assign('endToEnd.0.train.epochs=1', 'endToEnd.0.options={"rank":16,"steps":2}')
    expectDone(await dmlCrc.run('train', 'demo', ...images, ...weights, ...train, ...view, '--out', 'trained'))
    const test = await (await demo(set)).split('test')
    const args = ['predict', join('trained', 'model'), ...test.map(({ path }) => path)]
    const predicted = JSON.parse(expectDone(await dmlCrc.run(...args, '--json', '--quiet')))
    const [labels] = Object.values(json('trained', 'details.json').predictions)
    expect(predicted.map(({ label }: { label: number }) => label)).toEqual(labels)
  })

  it('take folders of images, and print a table without control characters', async () => {
    const [first, second] = await (await demo(set)).split('test')
    mkdirSync(join(folder, 'photos'))
    for (const { path } of [first, second]) cpSync(path, join(folder, 'photos', path.split(/[\\/]/).at(-1)!))
    const result = await dmlCrc.run('predict', join('one', 'model'), 'photos', '--top', '2')
    const lines = expectDone(result).trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(result.stdout + result.stderr).not.toContain('\u001b')
  })

  it('say what is wrong', async () => {
    expectError(await dmlCrc.run('predict', 'no-model', 'photos'), /no-model/)
    expectError(await dmlCrc.run('predict', join('one', 'model'), 'no-image.jpg'), /no-image\.jpg/)
    expectError(await dmlCrc.run('predict', join('one', 'model')), /<images>/)
    expectError(await dmlCrc.run('export', 'demo', ...assign('methods=[]')), /dmlCrc/)
    expectError(await dmlCrc.run('train', 'flowers102'), /endToEnd/)
  })
})

describe('dml-crc compare', () => {
  it('puts the best first and tests the others against the best baseline, seeds averaged', async () => {
    const { methods: lines }: { methods: ComparedMethod[] } = JSON.parse(
      expectDone(await dmlCrc.run('compare', 'base', '--json')),
    )
    const summaries = summarise(Results.parse(json('base', 'results.json')).rows)
    expect(lines.map(({ top1 }) => top1)).toEqual(summaries.map(({ top1 }) => top1.mean).sort((a, b) => b - a))
    const best = summaries.filter(({ first }) => first.baseline).reduce((a, b) => (b.top1.mean > a.top1.mean ? b : a))
    expect(lines.filter(({ isReference }) => isReference).map(({ method }) => method)).toEqual([best.first.method])
    for (const { interval, top1, difference, p, corrected, isReference } of lines) {
      expect(interval.low).toBeLessThanOrEqual(top1)
      expect(interval.high).toBeGreaterThanOrEqual(top1)
      if (isReference) continue
      expect(difference!.mean).toBeCloseTo(top1 - best.top1.mean, 10)
      expect(corrected).toBeGreaterThanOrEqual(p!)
    }
    const [methods] = expectDone(await dmlCrc.run('compare', 'base', 'base')).split('\n\n')
    expect(methods.split('\n')).toHaveLength(2 + 2 * summaries.length)
  })

  it('says that a folder holds no run', async () => expectError(await dmlCrc.run('compare', 'nowhere'), /nowhere/))
})

describe('dml-crc report', () => {
  it('writes the page again, where it is told to', async () => {
    expect(expectDone(await dmlCrc.run('report', 'base', '--out', 'page.html'))).toBe('page.html\n')
    const page = readFileSync(join(folder, 'page.html'), 'utf8')
    expect(page).toBe(readFileSync(join(folder, 'base', 'report.html'), 'utf8'))
    expect(JSON.parse(expectDone(await dmlCrc.run('report', 'base', '--json')))).toEqual({
      report: join('base', 'report.html'),
    })
  })

  it('says what is wrong with a run', async () => {
    expectError(await dmlCrc.run('report', 'nowhere'), /nowhere/)
    mkdirSync(join(folder, 'broken'))
    writeFileSync(join(folder, 'broken', 'results.json'), '{"schema":2}')
    expectError(await dmlCrc.run('report', 'broken'), /broken/)
  })
})

describe('dml-crc data', () => {
  it('lists, checks and removes the demo set', async () => {
    const out = join(folder, 'drawn')
    expect(expectDone(await dmlCrc.run('data', 'get', 'demo', '--root', out, '--quiet'))).toBe(`${out}\n`)
    expect(expectDone(await dmlCrc.run('data', 'verify', 'demo', '--root', out))).toMatch(/0 missing, 0 damaged/)
    rmSync(join(out, readdirSync(out).find((name) => statSync(join(out, name)).isDirectory())!), { recursive: true })
    const { status, stdout } = await dmlCrc.run('data', 'verify', 'demo', '--root', out)
    expect({ status, missing: /, [1-9]\d* missing/.test(stdout) }).toEqual({ status: 1, missing: true })
    const listed = expectDone(await dmlCrc.run('data', 'ls'))
    expect(listed).toMatch(
      /flowers102: .*8189 images, 345 MB to download; not here\n +licence .*\n +cite +M-E. Nilsback/,
    )
    expectError(await dmlCrc.run('data', 'get', 'flowers102'), /--yes/)
    expectError(await dmlCrc.run('data', 'gte', 'demo'), /Did you mean get\?/)
  })
})
