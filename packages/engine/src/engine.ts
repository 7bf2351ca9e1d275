import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { loadCpu } from './cpu.ts'
import { registerGradients } from './gradients/register.ts'
import { loadNative } from './native/load.ts'
import { askedThreads } from './threads.ts'
import { loadWasm } from './wasm/load.ts'
import { loadWebgpu } from './webgpu.ts'

/** Every engine, the fastest first: the order in which `auto` tries them. */
export const engineNames = ['tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu'] as const
export type EngineName = (typeof engineNames)[number]

/** A TensorFlow.js backend that works, made the current one. */
export interface Engine {
  name: EngineName
  /** What computes, with its version. */
  library: string
  device: string
  threads: number
  tf: typeof tf
}

export interface LoadEngineOptions {
  /** Defaults to `$DML_CRC_ENGINE`, then to `auto`. */
  prefer?: EngineName | 'auto'
  /** Told why `auto` passed an engine over. */
  onNote?: (text: string) => void
}

const loaders: Record<EngineName, () => Promise<Omit<Engine, 'name' | 'tf'>>> = {
  'tfjs-node-gpu': () => loadNative('tfjs-node-gpu'),
  'tfjs-node': () => loadNative('tfjs-node'),
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
}

const loaded = new Map<EngineName, Promise<Engine>>()

/**
 * Loads an engine and makes it TensorFlow.js' backend. `auto` takes the first of {@link engineNames} that works.
 * An engine is loaded once for each process; loading it again makes it the current one again.
 *
 * @throws EngineError when a named engine cannot run here, with the reason and what to do: there is no silent fall; for a
 * `DML_CRC_THREADS` that is no number of threads.
 */
export async function loadEngine({ prefer, onNote }: LoadEngineOptions = {}): Promise<Engine> {
  askedThreads()
  const wanted = prefer ?? environmentChoice() ?? 'auto'
  if (wanted !== 'auto') return load(requireName(wanted))
  for (const name of engineNames) {
    try {
      return await load(name)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      onNote?.(`${name}: ${error.message}`)
    }
  }
  throw new EngineError('loadEngine', {
    expected: `one of ${engineNames.join(', ')} to work`,
    received: 'none that does',
    remedy: 'Run `dml-crc doctor` to see why each one fails.',
  })
}

const environmentChoice = () => (process.env.DML_CRC_ENGINE || undefined) as EngineName | undefined

function requireName(name: string): EngineName {
  const known = engineNames.find((candidate) => candidate === name)
  if (known) return known
  throw new EngineError('loadEngine', {
    expected: `an engine: auto, ${engineNames.join(', ')}`,
    received: `'${name}'`,
    remedy: 'Correct the option or the variable DML_CRC_ENGINE.',
  })
}

async function load(name: EngineName): Promise<Engine> {
  let engine = loaded.get(name)
  if (!engine) {
    registerGradients()
    engine = loaders[name]().then((facts) => ({ name, ...facts, tf }))
    loaded.set(name, engine)
    engine.catch(() => loaded.delete(name))
  }
  const { name: ready } = await engine
  await tf.setBackend(backendOf(ready))
  return engine
}

/** The name under which TensorFlow.js knows an engine. */
const backendOf = (name: EngineName) => (name.startsWith('tfjs-node') ? 'tensorflow' : name)
