import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng, writeSafetensors } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Terminal } from '../command-line/terminal.ts'
import { FeatureExperiment } from '../experiment/feature-schema.ts'
import { Results, type Row } from '../results/schema.ts'
import { runFeatureFiles } from './feature-files.ts'
import { headCells, headColumns } from './head-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-feature-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const LABELS = Int32Array.from({ length: 24 }, (_, i) => i % 3)

/** Three classes around three points, whose distance says how good the network is. */
async function writeSplit(file: string, seed: number, distance: number, labels = LABELS) {
  const noise = Prng.fromSeed(seed).normals(labels.length * 4)
  const data = noise.map((value, i) => value + (labels[Math.floor(i / 4)] === i % 4 ? distance : 0))
  await writeSafetensors(
    join(folder, `${file}.safetensors`),
    new Map([
      ['features', { shape: [labels.length, 4], data: Float32Array.from(data) }],
      ['labels', { shape: [labels.length], data: labels }],
    ]),
  )
}

beforeAll(async () => {
  for (const [network, distance] of [
    ['good', 4],
    ['poor', 1],
  ] as const) {
    await writeSplit(`birds.${network}.train`, 1, distance)
    await writeSplit(`birds.${network}.test`, 2, distance)
  }
})

const experiment = (changes: object = {}) =>
  FeatureExperiment.parse({
    name: 'x',
    description: 'x',
    features: {
      root: folder,
      sets: [{ dataset: 'birds', fit: 'train', test: 'test' }],
      networks: ['good', 'poor'],
      ...changes,
    },
    select: { folds: 2 },
    methods: [
      { method: 'lda' },
      { method: 'crc', grid: { lambda: [0.1, 1] } },
      { method: 'ranPac', options: { width: 20 }, seeds: 2 },
    ],
  })

function silent(): { terminal: Terminal; printed: string[] } {
  const printed: string[] = []
  const terminal = {
    onProgress: () => {},
    note: () => {},
    print: (text: string) => printed.push(text),
    printJson: () => {},
  } as unknown as Terminal
  return { terminal, printed }
}

describe('runFeatureFiles', () => {
  it('measures every method on every network, with all that decided it, and prints one table', async () => {
    const out = join(folder, 'out')
    const { terminal, printed } = silent()
    await runFeatureFiles(experiment(), { engine: 'cpu', out, terminal })
    const { rows } = Results.parse(JSON.parse(readFileSync(join(out, 'birds', 'results.json'), 'utf8')))
    expect(rows.map(({ backbone, method, seed }) => [backbone, method, seed])).toEqual(
      ['good', 'poor'].flatMap((network) => [
        [network, 'LDA', 0],
        [network, 'CRC', 0],
        [network, 'RanPAC', 0],
        [network, 'RanPAC', 1],
      ]),
    )
    const [lda, crc] = rows
    expect(lda.top1).toBeGreaterThan(0.8)
    expect(lda.chosen).toMatchObject([{ option: 'shrinkage' }])
    expect(lda.split.select).toMatch(/^the fit: shrinkage among \d+/)
    expect(lda.options).toEqual({ shrinkage: lda.chosen![0].value })
    expect(crc.split.select).toBe('2 folds of train')
    expect(crc.resolved).toMatchObject({ lambda: crc.options.lambda, rule: 'plain', unitNorm: true, center: false })
    expect(printed[0]).toMatch(/^method +birds good +birds poor +mean\n/)
    // A resumed run measures nothing again.
    await runFeatureFiles(experiment(), { engine: 'cpu', out, terminal, resume: true })
    expect(printed.at(-2)).toBe(printed[0])
  })

  it('says what is wrong with the files before any work', async () => {
    const { terminal } = silent()
    const run = (changes: object) =>
      runFeatureFiles(experiment(changes), { engine: 'cpu', out: join(folder, 'no'), terminal })
    await expect(run({ networks: ['good', 'none'] })).rejects.toThrow(/birds\.none\.train.*--features DIR/s)
    const sets = [{ dataset: 'birds', fit: 'train', test: 'train' }]
    await expect(run({ sets })).rejects.toThrow(/nothing is fitted on/)
    await writeSplit('birds.other.train', 1, 4)
    await writeSplit('birds.other.test', 2, 4, LABELS.toReversed())
    await expect(run({ networks: ['good', 'other'] })).rejects.toThrow(/in the order of those of good/)
    await writeSplit('birds.more.train', 1, 4)
    await writeSplit('birds.more.test', 2, 4, Int32Array.of(0, 1, 7))
    await expect(run({ networks: ['more'] })).rejects.toThrow(/classes that the fit split has, received «7»/)
  })
})

describe('the table of heads', () => {
  const row = (method: string, backbone: string, top1: number, seed = 0) =>
    ({
      dataset: 'd',
      split: { fit: 'a', test: 'b' },
      method,
      backbone,
      top1,
      top5: 1,
      meanPerClass: 1,
      seed,
      seconds: {},
    }) as Row

  it('has means over seeds and places, marks the best, and leaves gaps open', () => {
    const rows = [row('A', 'x', 0.5), row('A', 'y', 0.9), row('B', 'x', 0.6), row('B', 'x', 0.8, 1)]
    expect(headColumns(rows).map(({ heading }) => heading)).toEqual(['method', 'd x', 'd y', 'mean'])
    expect(headCells(rows)).toEqual([
      ['A', '50.0', '90.0*', '70.0'],
      ['B', '70.0 ± 14.1*', '', ''],
    ])
  })
})
