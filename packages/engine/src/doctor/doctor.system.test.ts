import { afterEach, describe, expect, it, vi } from 'vitest'
import { doctor } from './doctor.ts'
import { formatDoctor } from './format.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('doctor', () => {
  it('finds that wasm works, trains, and how fast it is', async () => {
    const report = await doctor({ only: ['wasm'] })
    const [wasm] = report.engines
    expect(wasm).toMatchObject({ name: 'wasm', works: true, trains: true })
    expect(wasm?.works && wasm.matrixGflops).toBeGreaterThan(0)
    expect(report.node).toBe(process.version)
    expect(formatDoctor(report)).toMatch(/wasm +yes +yes +\d/)
  })

  it('contains an engine whose process dies, and says what to do', async () => {
    vi.stubEnv('NODE_OPTIONS', '--import data:text/javascript,process.abort()')
    const report = await doctor({ only: ['tfjs-node'] })
    expect(report.engines[0]).toMatchObject({ works: false, fix: expect.stringContaining('dml-crc engine install') })
    expect(formatDoctor(report)).toMatch(/tfjs-node +no/)
  })

  it('reports a missing native library with its remedy', async () => {
    vi.stubEnv('DML_CRC_HOME', '/nonexistent/home')
    const { engines } = await doctor({ only: ['tfjs-node-gpu'] })
    expect(engines[0]).toMatchObject({ works: false, fix: expect.stringContaining('engine install --gpu') })
  })
})
