import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'

const require = createRequire(import.meta.url)

/** The little of WebGPU that is used here; TensorFlow.js does the rest. */
interface Adapter {
  info: { vendor: string; device: string; description: string; architecture: string }
  isFallbackAdapter?: boolean
}
interface Gpu {
  requestAdapter(options?: object): Promise<Adapter | null>
}

/** Names under which WebGPU runs on the processor. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render/i

/**
 * The WebGPU backend on Dawn, which the npm package `webgpu` brings. Only a real GPU counts: a software adapter is slower
 * than wasm. `DML_CRC_WEBGPU_ALLOW_SOFTWARE=1` takes one nevertheless, to check the operations.
 */
export async function loadWebgpu() {
  requireVulkan()
  const { gpu, library } = await createGpu()
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw refusal('an adapter', 'none', 'Install a driver with Vulkan, or use another engine.')
  const { vendor, device, description, architecture } = adapter.info
  const name = description || [vendor, architecture || device].filter(Boolean).join(' ') || 'GPU'
  const software = adapter.isFallbackAdapter || SOFTWARE.test(`${name} ${device}`)
  if (software && process.env.DML_CRC_WEBGPU_ALLOW_SOFTWARE !== '1') {
    const remedy = 'Use wasm, which is faster than that, or allow it with DML_CRC_WEBGPU_ALLOW_SOFTWARE=1.'
    throw refusal('a real GPU', `the software adapter ${name}`, remedy)
  }
  requireBackend()
  if (!(await tf.setBackend('webgpu'))) {
    throw refusal('the backend to start', `a failure on ${name}`, 'Use another engine.')
  }
  return { library, device: name, threads: 1 }
}

function requireBackend(): void {
  try {
    require('@tensorflow/tfjs-backend-webgpu')
  } catch (cause) {
    const remedy = 'Run `npm install @tensorflow/tfjs-backend-webgpu`.'
    throw refusal('its backend', (cause as Error).message.split('\n')[0]!, remedy, cause)
  }
}

/** On Linux, Dawn complains on standard error where Vulkan is missing: better not to ask it then. */
function requireVulkan(): void {
  if (process.platform !== 'linux') return
  const folders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d']
  const drivers = folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
  if (drivers.length > 0 || process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES) return
  throw refusal('a Vulkan driver', 'none installed', 'Install the driver of your GPU, or use another engine.')
}

async function createGpu(): Promise<{ gpu: Gpu; library: string }> {
  let dawn: { create(options: string[]): Gpu; globals: object }
  try {
    dawn = await import('webgpu')
  } catch (cause) {
    throw refusal(
      'the package webgpu',
      (cause as Error).message.split('\n')[0]!,
      'Run `npm install webgpu @tensorflow/tfjs-backend-webgpu`.',
      cause,
    )
  }
  Object.assign(globalThis, dawn.globals)
  const gpu = dawn.create([])
  // Node 21 and later have a navigator of their own, which cannot be replaced but can be extended.
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  return { gpu, library: `webgpu ${require('webgpu/package.json').version} (Dawn)` }
}

const refusal = (expected: string, received: string, remedy: string, cause?: unknown) =>
  new EngineError('webgpu', { expected, received, remedy }, { cause })
