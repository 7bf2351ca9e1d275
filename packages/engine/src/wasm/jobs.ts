import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { EngineError } from '@dml-crc/core'
import type { WasmModule } from './emscripten.ts'

/** The kinds of job that assembly/index.ts knows. */
export const JobKind = {
  packB: 0,
  multiply: 1,
  foldPatches: 2,
  maxPoolGradient: 3,
  depthwiseInputGradient: 4,
  depthwiseFilterGradient: 5,
  factorBlock: 6,
  solveRows: 7,
  substitute: 8,
  factorPanel: 9,
  depthwise: 10,
} as const
export type JobKind = (typeof JobKind)[keyof typeof JobKind]

type Run = (kind: number, job: number, thread: number) => void

const JOB_WORDS = 64
/** Control words: how many jobs were begun, the kind of the last one, how many workers are still in it. */
const BEGUN = 0
const KIND = 1
const BUSY = 2

const WORKER = `
const { workerData: { kernels, memory, control, job, thread } } = require('node:worker_threads')
const { run } = new WebAssembly.Instance(kernels, { env: { memory } }).exports
const words = new Int32Array(memory.buffer, control, 3)
for (let begun = 0; ; ) {
  Atomics.wait(words, ${BEGUN}, begun)
  begun = Atomics.load(words, ${BEGUN})
  run(words[${KIND}], job, thread)
  if (Atomics.sub(words, ${BUSY}, 1) === 1) Atomics.notify(words, ${BUSY})
}`

const binary = (name: string) => readFile(new URL(`../../assembly/${name}.wasm`, import.meta.url))

/** The kernels with fused multiply-add where this WebAssembly has relaxed SIMD (Node 22 and later), else those without. */
async function bestBinary() {
  const bytes = await binary('kernels-relaxed')
  if (WebAssembly.validate(bytes)) return { bytes, relaxed: true }
  return { bytes: await binary('kernels'), relaxed: false }
}

/**
 * Runs the kernels of assembly/ on the memory of the wasm backend, on all threads at once. Callers describe a job as
 * words; the calling thread works too, and waits for the others.
 */
export class Jobs {
  readonly threads: number
  /** The kernels use relaxed SIMD: their sums differ in the last bits from those of the others. */
  readonly relaxed: boolean
  readonly #module: WasmModule
  readonly #memory: WebAssembly.Memory
  readonly #run: Run
  readonly #control: number
  readonly #job: number
  readonly #rooms = new Map<string, { address: number; bytes: number }>()

  private constructor(
    module: WasmModule,
    memory: WebAssembly.Memory,
    kernels: WebAssembly.Module,
    threads: number,
    relaxed: boolean,
  ) {
    this.#module = module
    this.#memory = memory
    this.threads = threads
    this.relaxed = relaxed
    this.#control = this.#allocate(4 * (3 + JOB_WORDS))
    this.#job = this.#control + 12
    new Int32Array(memory.buffer, this.#control, 3).fill(0)
    this.#run = new WebAssembly.Instance(kernels, { env: { memory } }).exports.run as Run
  }

  static async create(module: WasmModule, memory: WebAssembly.Memory, threads: number): Promise<Jobs> {
    const { bytes, relaxed } = await bestBinary()
    const kernels = await WebAssembly.compile(bytes)
    const jobs = new Jobs(module, memory, kernels, threads, relaxed)
    await Promise.all(Array.from({ length: threads - 1 }, (_, i) => jobs.#startWorker(kernels, i + 1)))
    return jobs
  }

  async #startWorker(kernels: WebAssembly.Module, thread: number): Promise<void> {
    const workerData = { kernels, memory: this.#memory, control: this.#control, job: this.#job, thread }
    const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData })
    await once(worker, 'online')
    worker.unref()
  }

  /** Runs one job; `words` begin at word 1. With `small` work the other threads are left asleep. */
  run(kind: JobKind, words: Record<number, number>, { small = false } = {}): void {
    const job = new Int32Array(this.#memory.buffer, this.#job, JOB_WORDS)
    for (const [i, value] of Object.entries(words)) job[Number(i)] = value
    job[0] = 0
    if (small || this.threads === 1) {
      this.#run(kind, this.#job, 0)
      return
    }
    const control = new Int32Array(this.#memory.buffer, this.#control, 3)
    control[KIND] = kind
    Atomics.store(control, BUSY, this.threads - 1)
    Atomics.add(control, BEGUN, 1)
    Atomics.notify(control, BEGUN)
    this.#run(kind, this.#job, 0)
    for (let busy = Atomics.load(control, BUSY); busy > 0; busy = Atomics.load(control, BUSY)) {
      Atomics.wait(control, BUSY, busy)
    }
  }

  /** What the last job left in its word `i`, as a whole number and as a float32. */
  left(i: number): { int: number; float: number } {
    const view = new DataView(this.#memory.buffer, this.#job + 4 * i, 4)
    return { int: view.getInt32(0, true), float: view.getFloat32(0, true) }
  }

  /** Room for `bytes` under `name`, kept and reused until more is asked for under that name. */
  room(name: string, bytes: number): number {
    const kept = this.#rooms.get(name)
    if (kept && kept.bytes >= bytes) return kept.address
    if (kept) this.#module._free(kept.address)
    this.#rooms.delete(name)
    const address = this.#allocate(bytes)
    this.#rooms.set(name, { address, bytes })
    return address
  }

  /** {@link room} filled with zeros. */
  zeros(bytes: number): number {
    const address = this.room('zeros', bytes)
    new Uint8Array(this.#memory.buffer, address, bytes).fill(0)
    return address
  }

  #allocate(bytes: number): number {
    // Emscripten answers with a signed number, also above 2 GiB.
    const address = this.#module._malloc(bytes) >>> 0
    if (address !== 0) return address
    throw new EngineError('wasm memory', {
      expected: `${bytes} free bytes below its end at 4 GiB`,
      received: 'none',
      remedy: 'Use a smaller batch, dispose tensors, or use the native engine (`dml-crc engine install`).',
    })
  }
}
