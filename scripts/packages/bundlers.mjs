// A page that imports the packages as they are published, made by the development server of Vite and by webpack, neither with
// a polyfill, and opened in Chromium where there is one.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { createServer, preview } from 'vite'
import webpack from 'webpack'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path))

/** Starts an engine, fits a model, names a query by it, and shows a network a picture. */
const SCRIPT = `
  import { preprocess, startEngine } from '@dml-crc/browser'
  import { crc, predict } from '@dml-crc/metric'
  const engine = await startEngine({ prefer: 'wasm', wasmPath: '/wasm/' })
  const features = { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] }
  const model = await crc.make().fit(features, [0, 1], { classNames: ['ant', 'bee'] })
  const { labels } = await predict(model, { data: Float32Array.of(0.1, 0.9), shape: [1, 2] })
  const { length } = await preprocess(new ImageData(20, 10), { size: 8, resize: 9, interpolation: 'bilinear' })
  globalThis.answer = [engine, model.classNames[labels[0]], length]`
const ANSWER = JSON.stringify(['wasm', 'bee', 8 * 8 * 3])

const html = (src) => `<!doctype html><script type="module" src="${src}"></script>`

/** Opens a page and compares what its script says. */
async function open(address, what) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const errors = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(address)
    const found = await page
      .waitForFunction('globalThis.answer && JSON.stringify(globalThis.answer)', undefined, { timeout: 60_000 })
      .then((answer) => answer.jsonValue())
      .catch(({ message }) => message)
    if (errors.length > 0 || found !== ANSWER) {
      throw new Error(`The page of ${what}: expected ${ANSWER}, received ${[found, ...errors].join('\n')}`)
    }
  } finally {
    await browser.close()
  }
}

async function openOn(server, what) {
  try {
    if (executablePath) await open(server.resolvedUrls.local[0], what)
    console.log(
      `${what}: a page of the packages ${executablePath ? 'works' : 'is made; Chromium, to open it, is not here'}`,
    )
  } finally {
    await server.close()
  }
}

/** @param folder of a project that has the packages installed */
export async function checkBundlers(folder) {
  const at = (...parts) => join(folder, ...parts)
  writeFileSync(at('page.js'), SCRIPT)
  writeFileSync(at('index.html'), html('/page.js'))
  const backend = createRequire(at('page.js')).resolve('@tensorflow/tfjs-backend-wasm/package.json')
  mkdirSync(at('public', 'wasm'), { recursive: true })
  for (const name of readdirSync(join(dirname(backend), 'dist'))) {
    if (name.endsWith('.wasm')) cpSync(join(dirname(backend), 'dist', name), at('public', 'wasm', name))
  }
  const vite = { root: folder, configFile: false, logLevel: 'silent' }
  const development = await createServer({ ...vite, server: { port: 0, host: '127.0.0.1' } })
  await openOn(await development.listen(), 'vite dev')

  const stats = await promisify(webpack)({
    mode: 'production',
    context: folder,
    entry: './page.js',
    experiments: { topLevelAwait: true },
    output: { path: at('public'), filename: 'packed.js' },
    // To make it small would take longer than all the rest.
    optimization: { minimize: false },
    performance: { hints: false },
  })
  const { errors } = stats.toJson({ all: false, errors: true })
  if (errors.length > 0) throw new Error(`webpack: ${errors.map(({ message }) => message).join('\n')}`)
  writeFileSync(at('public', 'index.html'), html('/packed.js'))
  const served = { port: 0, host: '127.0.0.1' }
  await openOn(await preview({ ...vite, build: { outDir: at('public') }, preview: served }), 'webpack')
}
