import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it, vi } from 'vitest'
import { type EngineName, loadEngine } from './engine.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('loads what is asked for, makes it the backend, and gives the same object again', async () => {
  const wasm = await loadEngine({ prefer: 'wasm' })
  expect(tf.getBackend()).toBe('wasm')
  expect(wasm.tf).toBe(tf)
  expect(wasm.threads).toBeGreaterThanOrEqual(1)
  await loadEngine({ prefer: 'cpu' })
  expect(tf.getBackend()).toBe('cpu')
  expect(await loadEngine({ prefer: 'wasm' })).toBe(wasm)
  expect(tf.getBackend()).toBe('wasm')
})

it('reads DML_CRC_ENGINE, and refuses a name that it does not know', async () => {
  vi.stubEnv('DML_CRC_ENGINE', 'cpu')
  expect((await loadEngine()).name).toBe('cpu')
  vi.stubEnv('DML_CRC_ENGINE', 'cuda')
  await expect(loadEngine()).rejects.toThrow(/expected an engine: auto, tfjs-node-gpu.*received 'cuda'/)
})

it('refuses a number of threads that is none, whatever the engine', async () => {
  for (const threads of ['0', 'two', '1.5']) {
    vi.stubEnv('DML_CRC_THREADS', threads)
    await expect(loadEngine()).rejects.toThrow(/DML_CRC_THREADS: expected a whole number of at least 1/)
  }
})

it('auto passes over engines that cannot run, says why, and ends with one that works', async () => {
  vi.stubEnv('DML_CRC_ENGINE', '')
  vi.stubEnv('DML_CRC_HOME', '/nonexistent/home')
  const notes: string[] = []
  const engine = await loadEngine({ onNote: (text) => notes.push(text) })
  expect(engine.name).toBe('wasm')
  expect(notes.join('\n')).toContain('dml-crc engine install')
})

it('never falls back in silence from an engine that was named', async () => {
  vi.stubEnv('DML_CRC_HOME', '/nonexistent/home')
  for (const prefer of ['tfjs-node', 'tfjs-node-gpu'] satisfies EngineName[]) {
    await expect(loadEngine({ prefer })).rejects.toThrow(EngineError)
  }
})

it('leaves no listeners and no global Worker behind, and lets the process end', async () => {
  expect(Object.hasOwn(globalThis, 'Worker')).toBe(false)
  const { execFileSync } = await import('node:child_process')
  const script = `import { loadEngine } from '${new URL('../dist/index.js', import.meta.url)}'
    const { tf, threads } = await loadEngine({ prefer: 'wasm' })
    console.log(threads, (await tf.matMul(tf.ones([300, 300]), tf.ones([300, 300])).data())[0])`
  const node = ['--input-type=module', '--eval', script]
  const env = { ...process.env, DML_CRC_THREADS: '1' }
  expect(execFileSync(process.execPath, node, { encoding: 'utf8', env })).toBe('1 300\n')
})
