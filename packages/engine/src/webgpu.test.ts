import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it, vi } from 'vitest'
import { loadWebgpu } from './webgpu.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('computes where an adapter answers, and refuses with reason and remedy where none does', async (context) => {
  vi.stubEnv('DML_CRC_WEBGPU_ALLOW_SOFTWARE', '1')
  try {
    await loadWebgpu()
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError)
    expect((error as EngineError).remedy).not.toBe('')
    return context.skip(`no adapter here: ${(error as EngineError).received}`)
  }
  const product = tf.matMul([[1, 2]], [[3], [4]])
  expect([...(await product.data())]).toEqual([11])
  return undefined
})
