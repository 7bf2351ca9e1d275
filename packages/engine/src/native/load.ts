import { EngineError } from '@dml-crc/core'

export async function loadNative(name: 'tfjs-node' | 'tfjs-node-gpu'): Promise<never> {
  throw new EngineError(name, {
    expected: 'an installed binding and library',
    received: 'none',
    remedy: 'Run `dml-crc engine install`.',
  })
}
