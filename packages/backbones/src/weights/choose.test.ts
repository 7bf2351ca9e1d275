import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@dml-crc/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findBackbone, listBackbones } from '../list.ts'
import { chooseWeights } from './choose.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'choose-'))
  vi.stubEnv('DML_CRC_HOME', folder)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const published = listBackbones().filter(({ weights }) => Object.keys(weights).length > 0)

test.each(published.map((record) => [record.name, record]))('auto is the recommended tag of %s', (_, record) => {
  const [first] = Object.keys(record.weights)
  expect(chooseWeights(record, 'auto')).toEqual({ kind: 'tag', tag: first, cached: false })
  for (const tag of Object.keys(record.weights)) expect(chooseWeights(record, tag)).toMatchObject({ kind: 'tag', tag })
})

test('auto is an error where nothing is published', () => {
  expect(() => chooseWeights(findBackbone('tiny_vgg'), 'auto')).toThrow(/no weights of it are published/)
})

test('a file that is here, none, and anything else, which is an error', () => {
  const path = join(folder, 'weights.safetensors')
  const record = findBackbone('mobilenet_v1')
  expect(() => chooseWeights(record, path)).toThrow(InputError)
  writeFileSync(path, '')
  expect(chooseWeights(record, path)).toEqual({ kind: 'file', path })
  expect(chooseWeights(record, 'none')).toEqual({ kind: 'none' })
  expect(() => chooseWeights(record, 'ra4_e3600_r224_in1')).toThrow(/Did you mean ra4_e3600_r224_in1k\?/)
})

test('a tag whose file was fetched is cached', () => {
  const record = { ...findBackbone('mobilenet_v1') }
  const [[tag, published]] = Object.entries(record.weights)
  record.weights = { [tag]: { ...published, sha256: 'a'.repeat(64) } }
  expect(chooseWeights(record, tag)).toMatchObject({ cached: false })
  mkdirSync(join(folder, 'weights', 'a'.repeat(64)), { recursive: true })
  writeFileSync(join(folder, 'weights', 'a'.repeat(64), 'model.safetensors'), '')
  expect(chooseWeights(record, tag)).toMatchObject({ cached: true })
})
