import { existsSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { constants, cpus } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { withApplicationTensorFlow } from '../application-tensorflow.ts'
import { askedThreads } from '../threads.ts'
import { findBinding, logLevelBeside } from './build.ts'
import {
  findPackage,
  installationFolder,
  type NativeName,
  type NativePackage,
  readInstallation,
  requireIntact,
} from './folder.ts'
import { restoreRemovedUtil } from './node-shims.ts'
import { packagesFolder } from './npm.ts'
import { registerPointwiseConvolutions } from './pointwise-convolution.ts'

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
  const place = installation ? folder : source && (await findBinding(source.folder)) && source.folder
  if (place) {
    if (name === 'tfjs-node-gpu' && !allowCpu) requireDriver()
    if (installation) await requireIntact(place, installation)
    return loadNativeFrom(place, name, { allowCpu })
  }
  const flag = name === 'tfjs-node-gpu' ? ' --gpu' : ''
  throw new EngineError(name, {
    expected: 'an installed binding and library',
    received: 'neither',
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
  if (!isFetched(source)) requireOneCopy(source)
  requireNoOther(name)
  prepareProcess()
  const native = requireWith(source, join(folder, binding))
  await tf.setBackend('tensorflow')
  registerPointwiseConvolutions()
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice: boolean }
  if (name === 'tfjs-node-gpu' && !isUsingGpuDevice && !allowCpu) {
    throw noGpu('TensorFlow found none and would compute on the CPU')
  }
  const library = readInstallation(folder)?.source ?? `TensorFlow ${native.version['tfjs-node'] ?? ''}`.trim()
  const cpu = cpus()
  return {
    tf,
    library: `${source.name} ${source.version} on ${library}`,
    device: isUsingGpuDevice ? 'NVIDIA GPU' : (cpu[0]?.model.trim() ?? 'CPU'),
    threads: askedThreads() ?? cpu.length,
  }
}

/** Finds out that there is no card before the library is loaded, after which no other one can be. */
function requireDriver(): void {
  if (process.platform !== 'linux') return
  // The second is the driver's device in the Linux of Windows.
  if (['/dev/nvidiactl', '/dev/dxg'].some((device) => existsSync(device))) return
  throw noGpu('no NVIDIA driver')
}

const noGpu = (received: string) =>
  new EngineError('tfjs-node-gpu', {
    expected: 'a GPU',
    received,
    remedy:
      'Check nvidia-smi and the CUDA libraries (`dml-crc doctor`), use the engine tfjs-node, or allow the CPU with ' +
      'DML_CRC_GPU_ALLOW_CPU=1.',
  })

/** The native engine whose library is in this process, from where it cannot be removed. */
let resident: string | undefined

/** The libraries of both native packages have the same name: the second binding would be given the first one's. */
function requireNoOther(name: NativeName): void {
  if (!resident || resident === `@tensorflow/${name}`) return
  throw new EngineError(name, {
    expected: 'no other native library in this process',
    received: `that of ${resident}`,
    remedy: `Set DML_CRC_ENGINE=${name} and start again.`,
  })
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

/** A fetched package has no TensorFlow.js of its own. */
const isFetched = ({ folder }: NativePackage) => folder.startsWith(packagesFolder())

/** What must be so before the library is loaded. */
function prepareProcess(): void {
  restoreRemovedUtil()
  // Otherwise TensorFlow takes the whole card at once.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  // Errors reach the program as exceptions: its notes on each start are not for this program's users.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  const threads = askedThreads()
  if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS ??= `${threads}`
}

/**
 * Requires the package with a binding from elsewhere. The package asks node-pre-gyp where its binding lies, once, while
 * it is loaded, so the answer is changed for that time.
 */
function requireWith(source: NativePackage, binding: string): { version: Record<string, string> } {
  const fromPackage = createRequire(join(source.folder, 'package.json'))
  const locator = fromPackage.resolve('@mapbox/node-pre-gyp')
  const held = require.cache[locator]
  try {
    const logLevel = logLevelBeside(binding)
    if (existsSync(logLevel)) require(logLevel)
    require.cache[binding] = openBinding(binding)
    resident = source.name
    require.cache[locator] = moduleOf(locator, { find: () => binding })
    return isFetched(source) ? withApplicationTensorFlow(() => fromPackage(source.folder)) : fromPackage(source.folder)
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

/**
 * Loads a binding with all its symbols bound at once: where Node itself loads it, a function that a library of another
 * version lacks ends the process at its first call, instead of being an error here.
 */
function openBinding(path: string): NodeModule {
  const opened = moduleOf(path, {})
  process.dlopen(opened, path, constants.dlopen.RTLD_NOW)
  return opened
}

function moduleOf(path: string, exports: object): NodeModule {
  return Object.assign(new Module(path), { exports, loaded: true })
}
