import { createBackbone } from '@dml-crc/backbones'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { expect, it, vi } from 'vitest'
import { featureKey } from './feature-key.ts'

it('reads the weights once, and again where one of them is another', async () => {
  await loadEngine({ prefer: 'cpu' })
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 16 })
  const key = () => featureKey({ backbone, records: [], transform: 'none', views: 1 })
  const reads = Array.from(backbone.variables.values(), (variable) => vi.spyOn(variable, 'data'))
  const count = () => reads.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  const first = await key()
  expect(await Promise.all([key(), key()])).toEqual([first, first])
  expect(count()).toBe(reads.length)
  const variable = [...backbone.variables.values()].at(-1)!
  variable.assign(tf.add(variable, 1))
  expect(await key()).not.toBe(first)
  variable.assign(tf.sub(variable, 1))
  expect(count()).toBe(2 * reads.length)
  backbone.dispose()
})
