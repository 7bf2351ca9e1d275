import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { Worker } from 'node:worker_threads'
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
  PThread: { runningWorkers: Worker[]; unusedWorkers: Worker[] }
}

type Factory = (options: object) => Promise<WasmModule>

/**
 * Instantiates the threaded SIMD build of the wasm backend on `memory`. Its own loader refuses threads in Node,
 * where workers cannot start from the Blob that it makes. Here the factory below that loader runs with a Worker
 * that starts from the worker's text, and starts as many as there will be threads, not eight.
 */
export async function instantiateThreaded(memory: WebAssembly.Memory, threads: number): Promise<WasmModule> {
  const path = `${build}.js`
  const { wasmWorkerContents } = require(`${build}.worker.js`) as { wasmWorkerContents: string }
  // The text lost a level of escapes on its way into the package.
  const workerText = wasmWorkerContents.replace(/\n/g, '\\n')
  class TextWorker extends Worker {
    constructor() {
      super(workerText, { eval: true, execArgv: [] })
    }
  }
  const text = (await readFile(path, 'utf8')).replace('pthreadPoolSize=8', `pthreadPoolSize=${threads}`)
  const parameters = ['module', 'exports', 'require', '__filename', '__dirname', 'Worker']
  const module = { exports: {} as Factory }
  // The backend starts half as many threads as there are processors, whatever number is asked of it.
  const processors = { cpus: () => new Array(2 * threads) }
  const requireFor = (id: string) => (id === 'os' ? processors : require(id))
  compileFunction(text, parameters, { filename: path })(
    module,
    module.exports,
    requireFor,
    path,
    dirname(path),
    TextWorker,
  )
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

/** Lets the process end while the threads wait for work. */
export function releaseProcess(module: WasmModule): void {
  for (const worker of [...module.PThread.runningWorkers, ...module.PThread.unusedWorkers]) worker.unref()
}

/** The package of the backend, in the same CommonJS copy that its kernels registered themselves from. */
export function wasmPackage(): {
  BackendWasm: new (module: WasmModule) => BackendWasm
  setThreadsCount(count: number): void
  version_wasm: string
} {
  return withApplicationTensorFlow(() => require(backend))
}
