import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSafetensors } from '@dml-crc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { commandIn, expectDone, expectError } from '../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-classify-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)

// NumPy's own CRC on features of unit length: scripts/make_features.py.
const testdata = fileURLToPath(new URL('../testdata/features/', import.meta.url))
const numpy = JSON.parse(readFileSync(join(testdata, 'crc.json'), 'utf8'))
const plainCrc = ['--method', 'crc', '--set', `lambda=${numpy.lambda}`, '--set', 'rule=plain']

/** `--name FILE[:KEY]` for files of the test data. */
const from = (files: Record<string, string>) =>
  Object.entries(files).flatMap(([name, file]) => [`--${name}`, join(testdata, file)])
const usual = from({ features: 'train.safetensors', queries: 'test.safetensors' })

describe('dml-crc classify', () => {
  it.each<[string, Record<string, string>]>([
    ['safetensors', { features: 'train.safetensors', queries: 'test.safetensors' }],
    [
      'npz with keys',
      {
        features: 'all.npz:x_train',
        labels: 'all.npz:y_train',
        queries: 'all.npz:x_test',
        'query-labels': 'all.npz:y_test',
      },
    ],
    ['MAT 5', { features: 'all.mat:X', labels: 'all.mat:y', queries: 'all.mat:Q', 'query-labels': 'all.mat:t' }],
    [
      'npy',
      { features: 'train.npy', labels: 'train-labels.npy', queries: 'test.npy', 'query-labels': 'test-labels.npy' },
    ],
    [
      'CSV',
      { features: 'train.csv', labels: 'train-labels.csv', queries: 'test.csv', 'query-labels': 'test-labels.csv' },
    ],
  ])('says of %s what CRC in NumPy says', async (_, files) => {
    const { labels, accuracy } = JSON.parse(
      expectDone(await dmlCrc.run('classify', ...from(files), ...plainCrc, '--json', '--quiet')),
    )
    expect(labels).toEqual(numpy.predicted)
    expect(accuracy).toBeCloseTo(numpy.accuracy, 12)
  })

  it('takes no accuracy from labels of the same file that belong to the samples to fit on', async () => {
    const files = from({ features: 'all.mat:X', queries: 'all.mat:Q' })
    const found = JSON.parse(expectDone(await dmlCrc.run('classify', ...files, ...plainCrc, '--json', '--quiet')))
    expect(found.labels).toEqual(numpy.predicted)
    expect(found).not.toHaveProperty('accuracy')
    const paired = from({ features: 'all.npz:x_train', queries: 'all.npz:x_test' })
    const { accuracy } = JSON.parse(
      expectDone(await dmlCrc.run('classify', ...paired, ...plainCrc, '--json', '--quiet')),
    )
    expect(accuracy).toBeCloseTo(numpy.accuracy, 12)
  })

  it('prints one label a line, and the accuracy on standard error', async () => {
    const result = await dmlCrc.run('classify', ...usual, ...plainCrc)
    expect(expectDone(result)).toBe(`${numpy.predicted.join('\n')}\n`)
    expect(result.stderr).toBe(`accuracy ${(100 * numpy.accuracy).toFixed(2)} % of ${numpy.predicted.length}\n`)
    expect((await dmlCrc.run('classify', ...usual, ...plainCrc, '--quiet')).stderr).toBe('')
  })

  it.each(['cpu', 'wasm'])('as a process on %s, writes nothing else: no banner of the library', (engine) => {
    const result = dmlCrc.runProcess(['classify', ...usual, ...plainCrc], { DML_CRC_ENGINE: engine })
    expect(result).toEqual({
      status: 0,
      stdout: `${numpy.predicted.join('\n')}\n`,
      stderr: `accuracy ${(100 * numpy.accuracy).toFixed(2)} % of ${numpy.predicted.length}\n`,
    })
  })

  it('chooses λ inside the samples, saves the model, and the saved model says the same', async () => {
    const json = async (...args: string[]) =>
      JSON.parse(expectDone(await dmlCrc.run('classify', ...args, '--json', '--quiet')))
    const chosen = await json(...usual, '--method', 'crc', '--select', '--save', 'model.safetensors')
    expect(chosen.options).toEqual({ lambda: expect.any(Number) })
    const again = await json('--model', 'model.safetensors', ...from({ queries: 'test.safetensors' }))
    expect(again).toMatchObject({ labels: chosen.labels, accuracy: chosen.accuracy, classes: chosen.classes })
    const fixed = ['--method', 'crc', '--set', `lambda=${chosen.options.lambda}`]
    expect((await json(...usual, ...fixed)).labels).toEqual(chosen.labels)
  })

  it('`methods` lists every method with its options, and those are the ones that it takes', async () => {
    const found = JSON.parse(expectDone(await dmlCrc.run('methods', '--json'))) as {
      name: string
      options: { name: string }[]
    }[]
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['crc', 'dmlCrc', 'nca', 'lmnn', 'reconstruction']),
    )
    const optionsOf = (method: string) => found.find(({ name }) => name === method)!.options.map(({ name }) => name)
    expect(optionsOf('dmlCrc')).toEqual(expect.arrayContaining(['shrinkage', 'between', 'gamma', 'lambda', 'center']))
    expect(optionsOf('dmlCrcGradient')).toEqual(expect.arrayContaining(['smoothing', 'earlyStop', 'noise', 'center']))
    const help = expectDone(await dmlCrc.run('classify', '--help'))
    for (const { name, options } of found) {
      expect(help).toMatch(new RegExp(`^${name}  `, 'm'))
      for (const option of options) expect(help).toContain(`  ${option.name} `)
    }
    expect(help).toMatch(/lambda +λ, the weight .*number above 0, default 0\.3/)
    expect(expectDone(await dmlCrc.run('methods', 'crc'))).toMatch(
      /lambda +λ, the weight .*number above 0, default 0\.3/,
    )
  })

  it('writes predictions as CSV, JSON and safetensors', async () => {
    const write = async (name: string) =>
      expectDone(await dmlCrc.run('classify', ...usual, ...plainCrc, '--predictions', name, '--quiet'))
    expect(await write('out.csv')).toMatch(/^accuracy .*\nout\.csv\n$/)
    const [heading, ...lines] = readFileSync(join(folder, 'out.csv'), 'utf8').trimEnd().split('\n')
    expect(heading).toBe('predicted,true')
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(numpy.predicted)
    await write('out.json')
    expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))).toMatchObject({ labels: numpy.predicted })
    await write('out.safetensors')
    const { tensors } = await readSafetensors(join(folder, 'out.safetensors'))
    const [labels, scores, classes] = ['labels', 'scores', 'classes'].map((name) => tensors.get(name)!)
    expect([...labels.data].map(Number)).toEqual(numpy.predicted)
    expect(scores.shape).toEqual([numpy.predicted.length, 3])
    for (const [i, label] of numpy.predicted.entries()) {
      const row = [...scores.data].map(Number).slice(3 * i, 3 * i + 3)
      expect(Number(classes.data[row.indexOf(Math.max(...row))])).toBe(label)
    }
  })

  it.each<[string, string[], RegExp[]]>([
    ['a file that is not there', from({ features: 'none.npz', queries: 'test.npy' }), [/none\.npz/]],
    ['a key that is not there', from({ features: 'all.npz', queries: 'test.npy' }), [/x_train, y_train/]],
    [
      'a MAT variable that is not there',
      from({ features: 'all.mat:Z', queries: 'test.npy' }),
      [/an array named Z/, /X, y, Q, t/],
    ],
    ['features without labels', from({ features: 'train.npy', queries: 'test.npy' }), [/--labels/]],
    [
      'labels that are too few',
      from({ features: 'train.npy', labels: 'test-labels.npy', queries: 'test.npy' }),
      [/expected 24 labels, received 12/],
    ],
    ['an unknown method', [...usual, '--method', 'proCRC'], [/Did you mean proCrc\?/]],
    ['an unknown option of the method', [...usual, '--method', 'crc', '--set', 'lamda=1'], [/Did you mean lambda\?/]],
    ['an unknown ending', [...usual, '--predictions', 'out.xlsx'], [/«out\.xlsx»/]],
    ['missing queries', from({ features: 'train.safetensors' }), [/--queries/]],
  ])('says what is wrong: %s', async (_, args, words) => {
    expectError(await dmlCrc.run('classify', ...args), ...words)
  })
})
