import { cpus } from 'node:os'
import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { threadCount } from '../threads.ts'
import { convolutionKernels } from './convolution.ts'
import { instantiateThreaded, wasmPackage } from './emscripten.ts'
import { factorisationKernels } from './factorisation.ts'
import { Jobs } from './jobs.ts'
import { registerKernels } from './kernel.ts'
import { matrixKernels } from './matrix-multiply.ts'
import { poolingKernels } from './pooling.ts'
import { segmentKernels } from './segment-sum.ts'

/** The most that 32-bit addresses reach, in pages of 64 KiB. */
const LARGEST_MEMORY = 65_536

/** The WebAssembly backend with SIMD and threads. */
export async function loadWasm() {
  const threads = threadCount()
  const { BackendWasm, setThreadsCount, version_wasm } = wasmPackage()
  let relaxed: boolean
  try {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: LARGEST_MEMORY, shared: true })
    const module = await instantiateThreaded(memory)
    tf.removeBackend('wasm')
    setThreadsCount(1)
    tf.registerBackend('wasm', () => new BackendWasm(module), 2)
    const jobs = await Jobs.create(module, memory, threads)
    relaxed = jobs.relaxed
    registerKernels(jobs, {
      ...convolutionKernels,
      ...poolingKernels,
      ...matrixKernels,
      ...segmentKernels,
      ...factorisationKernels,
    })
    await tf.setBackend('wasm')
  } catch (error) {
    throw new EngineError(
      'wasm',
      {
        expected: 'WebAssembly with SIMD and threads',
        received: String(error),
        remedy: 'Use Node 20 or later on a 64-bit processor, or the engine cpu.',
      },
      { cause: error },
    )
  }
  return {
    library: `@tensorflow/tfjs-backend-wasm ${version_wasm}${relaxed ? ', relaxed SIMD' : ''}`,
    device: cpus()[0]?.model.trim() ?? 'CPU',
    threads,
  }
}
