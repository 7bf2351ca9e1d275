import { EngineError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'

/** The engines of a browser, the fastest first: the order in which `auto` tries them. */
export const browserEngines = ['webgpu', 'webgl', 'wasm'] as const
export type BrowserEngine = (typeof browserEngines)[number]

export interface StartEngineOptions {
  /** By default `auto`: the first of {@link browserEngines} that works, and not by software where that is slower than wasm. */
  prefer?: BrowserEngine | 'auto'
  /** Where the .wasm files of @tensorflow/tfjs-backend-wasm are served from, with a slash at its end. */
  wasmPath?: string
}

/** Names under which drawing interfaces run on the processor. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render|software/i

interface Gpu {
  requestAdapter(): Promise<{ isFallbackAdapter?: boolean; info?: Record<string, string> } | null>
}

async function hasWebgpu(): Promise<boolean> {
  const { gpu } = navigator as unknown as { gpu?: Gpu }
  const adapter = await gpu?.requestAdapter().catch(() => null)
  if (!adapter || adapter.isFallbackAdapter) return false
  const { vendor, architecture, device, description } = adapter.info ?? {}
  return !SOFTWARE.test([vendor, architecture, device, description].join(' '))
}

function hasWebgl(): boolean {
  const context = new OffscreenCanvas(1, 1).getContext('webgl2')
  if (!context) return false
  const names = context.getExtension('WEBGL_debug_renderer_info')
  const renderer = names ? String(context.getParameter(names.UNMASKED_RENDERER_WEBGL)) : ''
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !SOFTWARE.test(renderer)
}

/** Whether hardware is there that makes an engine worth trying. */
const isWorthwhile: Record<BrowserEngine, () => boolean | Promise<boolean>> = {
  webgpu: hasWebgpu,
  webgl: hasWebgl,
  wasm: () => true,
}

async function start(name: BrowserEngine): Promise<boolean> {
  if (name === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  const works = await tf.setBackend(name).catch(() => false)
  if (works) await tf.ready()
  return works
}

/**
 * Makes an engine the backend of TensorFlow.js.
 * @returns its name
 * @throws {EngineError} when the one asked for, or every one, cannot run here.
 */
export async function startEngine({ prefer = 'auto', wasmPath }: StartEngineOptions = {}): Promise<BrowserEngine> {
  if (wasmPath !== undefined) setWasmPaths(wasmPath)
  for (const name of browserEngines) {
    if (prefer === 'auto' ? !(await isWorthwhile[name]()) : name !== prefer) continue
    if (await start(name)) return name
  }
  throw new EngineError('startEngine', {
    expected: prefer === 'auto' ? `one of ${browserEngines.join(', ')} to work` : `${prefer} to work`,
    received: 'a failure to start',
    remedy: 'Check that the .wasm files lie at wasmPath, or use another browser.',
  })
}
