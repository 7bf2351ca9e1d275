import { EngineError } from '@dml-crc/core'

export async function loadWebgpu(): Promise<never> {
  throw new EngineError('webgpu', { expected: 'a GPU adapter', received: 'none', remedy: 'Use another engine.' })
}
