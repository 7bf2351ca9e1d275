import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadEngine } from '@dml-crc/engine'
import { type Browser, chromium } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { session } from './testdata/browser/session.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

let folder: string
let server: Server
let browser: Browser
let address: string

/** The page as a web application builds it, and the wasm files of TensorFlow.js beside it. */
async function buildPage(): Promise<void> {
  await build({
    root: fileURLToPath(new URL('./testdata/browser', import.meta.url)),
    base: './',
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@dml-crc/source', 'module', 'browser', 'import', 'default'] },
    build: { outDir: folder, emptyOutDir: true },
  })
  const backend = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'))
  for (const file of await readdir(join(backend, 'dist'))) {
    if (file.endsWith('.wasm')) await cp(join(backend, 'dist', file), join(folder, 'wasm', file))
  }
}

describe.skipIf(executablePath === undefined)('in a browser (needs Chromium: set CHROMIUM to its path)', () => {
  beforeAll(async () => {
    await loadEngine({ prefer: 'cpu' })
    folder = await mkdtemp(join(tmpdir(), 'page-'))
    await buildPage()
    server = createServer((request, response) => {
      const path = join(folder, new URL(request.url ?? '/', 'http://page').pathname.replace(/\/$/, '/index.html'))
      readFile(path).then(
        (bytes) => response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(bytes),
        () => response.writeHead(404).end(),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] })
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is built without a module of Node', async () => {
    const assets = join(folder, 'assets')
    const scripts = (await readdir(assets)).filter((file) => file.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    // What vite puts in the place of such a module.
    for (const file of scripts) {
      expect(await readFile(join(assets, file), 'utf8')).not.toMatch(/__vite-browser-external|["']node:/)
    }
  })

  it.each(['wasm', 'webgl'])('fits, saves, predicts, explains and adds on %s as Node does', async (backend) => {
    const expected = await session()
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(address)
    await page.waitForFunction('globalThis.runOn !== undefined')
    const found = (await page.evaluate(`runOn('${backend}')`)) as typeof expected & { backend: string }
    await page.close()
    expect(errors).toEqual([])
    expect(found.backend).toBe(backend)
    expect(found.names).toEqual(expected.names)
    for (const key of ['scores', 'codes', 'taught'] as const) {
      const size = Math.max(...expected[key].map(Math.abs))
      expected[key].forEach((value, i) => {
        expect(Math.abs(found[key][i] - value) / size, `${key} ${i}`).toBeLessThan(1e-4)
      })
    }
  })
})
