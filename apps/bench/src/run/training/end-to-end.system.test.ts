import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSafetensors } from '@dml-crc/core'
import { demo } from '@dml-crc/datasets'
import { loadExport, predict } from '@dml-crc/trainer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadExperiment } from '../../experiment/load.ts'
import { Results } from '../../results/schema.ts'
import { assign, commandIn, expectDone } from '../../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-end-to-end-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)

const EPOCHS = 3
const train = { epochs: EPOCHS, batchSize: 32, learningRate: 0.003, freeze: 'block2_pool' }
const earlyStop = { folds: 2, patience: 1 }
const small = assign(
  'dataset.perClass={"train":4,"val":1,"test":2}',
  'backbones.0.pretrain.epochs=1',
  'backbones.0.inputSize=32',
  'mirror=true',
  'methods=[]',
  'sweeps=[]',
)
const endToEnd = [
  {
    method: 'dmlCrc',
    options: { rank: 16, steps: 2 },
    train: { ...train, refreshEvery: 2, smoothing: 0.1, earlyStop },
  },
  { method: 'softmax', train: { ...train, smoothing: 0.1, earlyStop } },
  { method: 'triplet', train: { ...train, epochs: 1 } },
]

describe('methods that are trained end to end', () => {
  let rows: Results['rows']

  beforeAll(async () => {
    const entries = (of: object[]) => [...small, ...assign(`endToEnd=${JSON.stringify(of)}`)]
    expectDone(await dmlCrc.run('train', 'demo', ...entries(endToEnd.slice(0, 1)), '--out', 'model'))
    const weights = ['--weights', join('model', 'checkpoints', 'tiny_vgg.safetensors')]
    expectDone(await dmlCrc.run('run', 'demo', ...entries(endToEnd.slice(1)), ...weights, '--out', 'others'))
    rows = ['model', 'others'].flatMap((run) => {
      const text = readFileSync(join(folder, run, 'results.json'), 'utf8')
      return Results.parse(JSON.parse(text)).rows
    })
  })

  it('may end by images held out of the fit split, and say so in the row', () => {
    const own = rows.filter(({ method }) => method !== 'triplet').slice(1)
    expect(own.map(({ method }) => method)).toEqual(['DML-CRC', 'softmax'])
    for (const { split, chosen } of own) {
      expect(split.select).toBe('epochs: one of 2 folds of train')
      const [{ option, value, candidates, accuracy, atLimit }] = chosen!
      expect(option).toBe('epochs')
      expect(value).toBeLessThanOrEqual(candidates)
      expect(candidates).toBeLessThanOrEqual(EPOCHS)
      expect(accuracy * 40).toBeCloseTo(Math.round(accuracy * 40), 6) // of forty images held out
      expect(atLimit).toBe(value === candidates)
    }
    const triplet = rows.find(({ method }) => method === 'triplet')!
    expect(triplet.split.select).toBe('nothing chosen')
    expect(triplet.chosen).toBeUndefined()
  })

  it('keep the blocks up to `freeze` as they were, and move those after it', async () => {
    const [before, after] = await Promise.all(
      [join('checkpoints', 'tiny_vgg.safetensors'), join('model', 'backbone.safetensors')].map((file) =>
        readSafetensors(join(folder, 'model', file)),
      ),
    )
    const moved = [...before.tensors.keys()].filter(
      (name) => String(before.tensors.get(name)!.data) !== String(after.tensors.get(name)!.data),
    )
    expect(moved.length).toBeGreaterThan(0)
    for (const name of moved) expect(name).toMatch(/^block[34]/)
  })

  it('write the losses and accuracies of each training for TensorBoard', () => {
    const events = join(folder, 'model', 'events')
    const trainings = readdirSync(events).sort()
    expect(trainings).toEqual(['DML-CRC-end-to-end-on-tiny_vgg-seed-0', 'softmax-from-scratch-on-tiny_vgg'])
    const [files] = trainings.map((name) => readdirSync(join(events, name)))
    expect(files).toEqual([expect.stringMatching(/^events\.out\.tfevents/)])
    const text = readFileSync(join(events, trainings[0], files[0]), 'latin1')
    for (const tag of ['step/loss', 'epoch/loss', 'epoch/accuracy']) expect(text).toContain(tag)
  })

  it('classify by the fixed views, over the samples of the whole fit split', async () => {
    const model = await loadExport(join(folder, 'model', 'model'))
    expect(model.transforms).toHaveLength(2)
    expect(model.model.decision).toMatchObject({ dictionary: { shape: [80, 16] } })
    const sets = join(folder, 'home', 'datasets')
    const images = await (await demo(join(sets, readdirSync(sets)[0]))).split('test')
    const found = await predict(
      model,
      images.map(({ path }) => path),
    )
    const right = found.filter(({ label }, i) => label === images[i].label).length
    expect(right / images.length).toBe(rows.find(({ method }) => method === 'DML-CRC')!.top1)
    model.backbone.dispose()
  })
})

describe('the keys of a training', () => {
  it.each([
    ['endToEnd.0.train.refreshEvry=2', /Did you mean refreshEvery/],
    ['endToEnd.0.train.refreshEvery=0', /refreshEvery/],
    ['endToEnd.0.train.smoothing=1', /smoothing/],
    ['endToEnd.0.train.earlyStop={"folds":1}', /folds/],
    ['endToEnd.1.train.refreshEvery=2', /refreshEvery/],
    ['endToEnd.1.train.metricRate=2', /metricRate/],
    ['endToEnd.2.train.smoothing=0.1', /smoothing/],
    ['backbones.0.pretrain.freeze=block1', /freeze/],
  ])('are those that the method reads: %s', async (wrong, said) => {
    const assignments = [`endToEnd=${JSON.stringify(endToEnd)}`, wrong]
    await expect(loadExperiment('demo', { assignments })).rejects.toThrow(said)
  })
})
