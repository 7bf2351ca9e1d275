import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseWeights, findBackbone } from '@dml-crc/backbones'
import { DataError, InputError } from '@dml-crc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { loadAnyExperiment, loadExperiment, shippedExperiments } from './load.ts'
import { override } from './override.ts'
import { experimentJsonSchema } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-experiment-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('experiment files', () => {
  it.each(shippedExperiments())('%s is valid', async (name) => {
    const { experiment } = await loadAnyExperiment(name)
    expect(experiment.name).toBe(name)
    const backbones = 'backbones' in experiment ? experiment.backbones : []
    for (const { name: network, layers = [], weights } of backbones) {
      const record = findBackbone(network)
      expect(record.blocks.map((block) => block.name)).toEqual(expect.arrayContaining(layers))
      chooseWeights(record, weights)
    }
  })

  it('says which command takes an experiment on files of features', async () => {
    await expect(loadExperiment('heads')).rejects.toThrow(/an experiment on images.*dml-crc run/s)
  })

  it('names the nearest key for an unknown one, at any depth', async () => {
    await expect(loadExperiment('demo', { assignments: ['splitz={}'] })).rejects.toThrow(
      /«splitz».*Did you mean splits\?/,
    )
    await expect(loadExperiment('demo', { assignments: ['methods.1.gird={}'] })).rejects.toThrow(
      /`methods\.1`.*«gird».*Did you mean grid\?/,
    )
    await expect(loadExperiment('demo', { assignments: ['backbones.0.pretrain.epoch=3'] })).rejects.toThrow(
      /Did you mean epochs\?/,
    )
  })

  it('names the nearest value for an unknown one', async () => {
    await expect(loadExperiment('demo', { assignments: ['methods.1.method=proCRC'] })).rejects.toThrow(
      /Did you mean proCrc\?/,
    )
  })

  it('takes pools by name, and the generalised mean of any power', async () => {
    const pools = (text: string) => loadExperiment('demo', { assignments: [`backbones.0.pools=${text}`] })
    const names = ['average', 'max', 'generalised mean 2.5']
    expect((await pools(JSON.stringify(names))).backbones[0].pools).toEqual(names)
    await expect(pools('["maxi"]')).rejects.toThrow(/`backbones\.0\.pools/)
    await expect(pools('[]')).rejects.toThrow(/`backbones\.0\.pools/)
  })

  it('says what kind of value was expected', async () => {
    await expect(loadExperiment('demo', { assignments: ['batchSize=many'] })).rejects.toThrow(
      /`batchSize`.*expected number, received "many"/,
    )
  })

  it('names the nearest experiment for an unknown one', async () => {
    await expect(loadExperiment('flower102')).rejects.toThrow(/Did you mean flowers102\?/)
  })

  it('tells a file that is not there and one that is no JSON', async () => {
    await expect(loadExperiment(join(folder, 'none.json'))).rejects.toThrow(DataError)
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, '{ "name": ')
    await expect(loadExperiment(broken)).rejects.toThrow(/expected a JSON file/)
  })

  it('has a JSON schema that documents every top key', () => {
    const { properties, required } = experimentJsonSchema() as Record<string, Record<string, unknown>>
    expect(Object.keys(properties)).toContain('methods')
    expect(required).toContain('dataset')
  })

  it('ships that schema (`dml-crc run --schema` writes it)', () => {
    const shipped = readFileSync(new URL('../../experiments/experiment.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(experimentJsonSchema())))
  })
})

describe('--set', () => {
  it('changes a copy', () => {
    const before = { a: { b: [1, 2] } }
    expect(override(before, 'a.b.1=5')).toEqual({ a: { b: [1, 5] } })
    expect(before).toEqual({ a: { b: [1, 2] } })
  })

  it('reads JSON values, and strings elsewhere', () => {
    for (const half of ['.5', '0.5', '+.5', '5e-1']) expect(override({}, `x=${half}`)).toEqual({ x: 0.5 })
    expect(override({}, 'x=1.2.3')).toEqual({ x: '1.2.3' })
    expect(override({}, 'x={"y":[true]}')).toEqual({ x: { y: [true] } })
    expect(override({}, 'x=val')).toEqual({ x: 'val' })
    expect(override({}, 'x.y=a=b')).toEqual({ x: { y: 'a=b' } })
  })

  it('refuses a path without a value and a path through a number', () => {
    expect(() => override({}, 'x')).toThrow(InputError)
    expect(() => override({ x: 3 }, 'x.y=1')).toThrow(/`x`, received 3/)
  })
})
