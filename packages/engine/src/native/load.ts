import { createRequire, Module } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { findBinding } from './build.ts'
import {
  findPackage,
  installationFolder,
  type NativeName,
  type NativePackage,
  readInstallation,
  requireWhole,
} from './folder.ts'
import { restoreRemovedUtil } from './node-shims.ts'

const require = createRequire(import.meta.url)

/**
 * Loads a native engine: the one that `installNative` made, else the one that its package's own script made.
 * `DML_CRC_GPU_ALLOW_CPU=1` lets `tfjs-node-gpu` compute on the CPU, which is an error otherwise.
 * @throws {EngineError} with the reason and the remedy.
 */
export async function loadNative(name: NativeName) {
  const source = findPackage(name)
  const folder = source && installationFolder(source)
  const installation = folder && readInstallation(folder)
  const allowCpu = process.env.DML_CRC_GPU_ALLOW_CPU === '1'
  if (installation) {
    requireWhole(folder, installation)
    return loadNativeFrom(folder, name, { allowCpu })
  }
  if (source && (await findBinding(source.folder))) return loadNativeFrom(source.folder, name, { allowCpu })
  const flag = name === 'tfjs-node-gpu' ? ' --gpu' : ''
  throw new EngineError(name, {
    expected: 'an installed binding and library',
    received: source ? 'neither' : `not even the package @tensorflow/${name}`,
    remedy: `Run \`dml-crc engine install${flag}\`.`,
  })
}

/** Loads a native engine whose binding and library lie in `folder`. */
export async function loadNativeFrom(folder: string, name: NativeName, { allowCpu }: { allowCpu: boolean }) {
  const source = findPackage(name)
  const binding = await findBinding(folder)
  if (!source || !binding) {
    const received = source ? 'none' : 'no package'
    const remedy = 'Run `dml-crc engine install` again.'
    throw new EngineError(`${name} in ${folder}`, { expected: 'a binding', received, remedy })
  }
  requireOneCopy(source)
  prepareProcess()
  const native = requireWith(source, join(folder, binding))
  await tf.setBackend('tensorflow')
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice: boolean }
  if (name === 'tfjs-node-gpu' && !isUsingGpuDevice && !allowCpu) {
    throw new EngineError(name, {
      expected: 'a GPU',
      received: 'TensorFlow found none and would compute on the CPU',
      remedy:
        'Check nvidia-smi and the CUDA libraries (`dml-crc doctor`), use the engine tfjs-node, or allow it with DML_CRC_GPU_ALLOW_CPU=1.',
    })
  }
  const library = readInstallation(folder)?.source ?? `TensorFlow ${native.version['tfjs-node'] ?? ''}`.trim()
  const cpu = cpus()
  return {
    tf,
    library: `${source.name} ${source.version} on ${library}`,
    device: isUsingGpuDevice ? 'NVIDIA GPU' : (cpu[0]?.model.trim() ?? 'CPU'),
    threads: cpu.length,
  }
}

/** Two copies of TensorFlow.js would each have tensors that the other does not know. */
function requireOneCopy(source: NativePackage): void {
  const ours = require.resolve('@tensorflow/tfjs')
  const theirs = createRequire(join(source.folder, 'package.json')).resolve('@tensorflow/tfjs')
  if (ours === theirs) return
  throw new EngineError(source.name, {
    expected: `one copy of @tensorflow/tfjs, ${ours}`,
    received: `a second one, ${theirs}`,
    remedy: `Install @tensorflow/tfjs ${source.version} once, so that both packages share it.`,
  })
}

/** What must be so before the library is loaded. */
function prepareProcess(): void {
  restoreRemovedUtil()
  // Otherwise TensorFlow takes the whole card at once.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  // Errors reach the program as exceptions: its notes on each start are not for this program's users.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
}

/**
 * Requires the package with a binding from elsewhere. The package asks node-pre-gyp where its binding lies, once, while
 * it is loaded, so the answer is changed for that time.
 */
function requireWith(source: NativePackage, binding: string): { version: Record<string, string> } {
  const fromPackage = createRequire(join(source.folder, 'package.json'))
  const locator = fromPackage.resolve('@mapbox/node-pre-gyp')
  const held = require.cache[locator]
  const standIn = new Module(locator)
  standIn.exports = { find: () => binding }
  standIn.loaded = true
  require.cache[locator] = standIn
  try {
    return fromPackage(source.folder)
  } catch (cause) {
    throw new EngineError(
      source.name,
      {
        expected: 'a binding and a library that load',
        received: (cause as Error).message.split('\n')[0],
        remedy: 'Run `dml-crc engine install` again.',
      },
      { cause },
    )
  } finally {
    if (held) require.cache[locator] = held
    else delete require.cache[locator]
  }
}
