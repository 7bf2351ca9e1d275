import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Callback } from '../callback.ts'
import { csv } from './csv.ts'
import { jsonLines } from './json-lines.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callbacks-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = (step: number) => ({ task: 'test', steps: 9, epochs: 3, step })
const at = (step: number) => ({
  step,
  epoch: 0,
  loss: step / 2,
  learningRate: 0.1,
  images: 4,
  seconds: 1,
  waitSeconds: 0.5,
  stop: () => {},
})

async function steps(callback: Callback, from: number, to: number) {
  await callback.start?.(run(from))
  for (let step = from; step < to; step++) await callback.step?.(at(step))
}

describe.each([
  ['csv', csv, (line: string) => Number.parseInt(line, 10), 1],
  ['jsonLines', jsonLines, (line: string) => JSON.parse(line).step as number, 0],
])('%s', (name, make, stepOf, headers) => {
  it('has every step once, though a killed run left steps that are taken again and a cut line', async () => {
    const path = join(folder, 'deep', name)
    await steps(make(path), 0, 5)
    await appendFile(path, name === 'csv' ? '5,0,2' : '{"step":5,"ep')
    await steps(make(path), 3, 7)
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(headers)
    expect(lines.map(stepOf)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})

it('jsonLines drops lines that are damaged or of something else when it goes on', async () => {
  const path = join(folder, 'damaged.jsonl')
  await steps(jsonLines(path), 0, 3)
  await appendFile(path, '{"step":}\n{}\n{"step":"1"}\n"}\n{"a":'.concat('{"a":'.repeat(20_000), '}\n'))
  await steps(jsonLines(path), 2, 4)
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).step)).toEqual([0, 1, 2, 3])
})

it('jsonLines also has what an epoch measured', async () => {
  const path = join(folder, 'epochs.jsonl')
  const callback = jsonLines(path)
  await steps(callback, 0, 1)
  await callback.epoch?.({ epoch: 0, step: 1, values: { loss: 1, accuracy: 0.5 }, stop: () => {} })
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(JSON.parse(lines[1])).toEqual({ step: 0, epoch: 0, loss: 1, accuracy: 0.5 })
})
