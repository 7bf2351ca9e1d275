import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { withApplicationTensorFlow } from '../application-tensorflow.ts'

const require = createRequire(import.meta.url)

/** The backend's package: a published copy of this one brings what it uses of it, a checkout has the whole. */
const brought = fileURLToPath(new URL('../tfjs-backend-wasm/', import.meta.url))
const backend = existsSync(brought) ? brought : dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))
const build = join(backend, 'wasm-out', 'tfjs-backend-wasm-threaded-simd')

/** The module that the backend is made from, with what this package uses of it. */
export interface WasmModule {
  HEAPU8: Uint8Array
  tfjs: Record<string, unknown>
  _malloc(bytes: number): number
  _free(address: number): void
  cwrap(name: string, result: string | null, parameters: string[]): (...values: unknown[]) => unknown
}

type Factory = (options: object) => Promise<WasmModule>

/**
 * Instantiates the threaded SIMD build of the wasm backend on `memory`. Its own loader refuses threads in Node,
 * where workers cannot start from the Blob that it makes; the factory below that loader does not ask. It starts no
 * worker here: its kernels' threads wait for each other in a loop that takes up to a millisecond of two processors after
 * every operation, however small. The memory is shared all the same, with the threads of {@link Jobs}.
 */
export async function instantiateThreaded(memory: WebAssembly.Memory): Promise<WasmModule> {
  const path = `${build}.js`
  const counted = 'var numWorkersToLoad=PThread.unusedWorkers.length;'
  const text = (await readFile(path, 'utf8'))
    .replace('pthreadPoolSize=8', 'pthreadPoolSize=0')
    // It goes on when the last worker has loaded: without any, at once.
    .replace(counted, `${counted}if(numWorkersToLoad===0)removeRunDependency("wasm-instantiate");`)
  const parameters = ['module', 'exports', 'require', '__filename', '__dirname']
  const module = { exports: {} as Factory }
  compileFunction(text, parameters, { filename: path })(module, module.exports, require, path, dirname(path))
  const wasm = await withoutTraces(() => module.exports({ wasmMemory: memory }))
  wasm.tfjs = bridge(wasm)
  return wasm
}

/**
 * Takes back what the factory does to the process: it sets a global Worker, and listens for uncaught errors only
 * to throw them again, which Node does by itself.
 */
async function withoutTraces<T>(act: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.listeners(event as 'uncaughtException'))
  const globalWorker = Object.getOwnPropertyDescriptor(globalThis, 'Worker')
  const result = await act()
  Reflect.deleteProperty(globalThis, 'Worker')
  if (globalWorker) Object.defineProperty(globalThis, 'Worker', globalWorker)
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]!.includes(listener)) process.removeListener(event, listener)
    }
  })
  return result
}

/** The functions that BackendWasm calls, as its own `init` wraps them. */
function bridge(module: WasmModule): Record<string, unknown> {
  return {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  }
}

/** The package of the backend, in the same CommonJS copy that its kernels registered themselves from. */
export function wasmPackage(): {
  BackendWasm: new (module: WasmModule) => BackendWasm
  setThreadsCount(count: number): void
  version_wasm: string
} {
  return withApplicationTensorFlow(() => require(backend))
}
