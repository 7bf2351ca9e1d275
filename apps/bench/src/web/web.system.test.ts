import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Prng } from '@dml-crc/core'
import { centerCrop, createLoader, demo, drawDemo } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { crc, modelToBytes } from '@dml-crc/metric'
import { loadModel } from '@dml-crc/metric/files'
import { explainImages, type ImageModel, loadExport, predict } from '@dml-crc/trainer'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assign, commandIn, expectDone, expectError } from '../testdata/command.ts'
import { drop, hasChromium, launchChromium, openSite, teach } from '../testdata/web/site-page.ts'
import { serveFolder } from './serve.ts'

const KINDS = 5
/** The kind that the page has to be taught. */
const NEW = 4

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-web-'))
const site = join(folder, 'site')
const dmlCrc = commandIn(folder)
const require = createRequire(import.meta.url)
const axe = require.resolve('axe-core')

/** Photographs that the model was not trained on, by kind, and the same as the network looks at them. */
const unseen: string[][] = []
const fresh: string[][] = []
let kinds: readonly string[]
let images: ImageModel
let server: { address: string; close(): void }
let browser: Browser
let page: Page
const errors: string[] = []

/** A run on photographs of four kinds, and its site. */
async function makeSite(): Promise<void> {
  const set = join(folder, 'set')
  await drawDemo(set, { perClass: { train: 6, val: 1, test: 3 }, size: 96 })
  const { classes, split } = await demo(set)
  kinds = classes
  for (const { path, label } of await split('train')) {
    if (label >= NEW) continue
    mkdirSync(join(folder, 'photos', classes[label]), { recursive: true })
    cpSync(path, join(folder, 'photos', classes[label], basename(path)))
  }
  for (const { path, label } of await split('test')) {
    if (label < KINDS) unseen[label] = [...(unseen[label] ?? []), path]
  }
  const method = '[{"method":"dmlCrc","options":{"shrinkage":2,"between":0.25,"gamma":0,"lambda":1}}]'
  const network = ['--backbone', 'tiny_vgg', '--weights', 'none']
  const views = ['shortSide=[1.15,1.4]', 'mirror=true']
  const changes = assign(`methods=${method}`, ...views)
  expectDone(await dmlCrc.run('run', 'photos', ...network, ...changes, '--folds', '2'))
  expectDone(await dmlCrc.run('web', join('runs', 'photos'), '--quiet'))
  await build({
    entryPoints: [fileURLToPath(new URL('../testdata/web/page.ts', import.meta.url))],
    outfile: join(site, 'test.js'),
    bundle: true,
    format: 'esm',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['@dml-crc/source', 'module', 'browser'],
    logLevel: 'silent',
  })
  writeFileSync(join(site, 'test.html'), '<!doctype html><script type="module" src="test.js"></script>')
  // Lossless, so that no decoder of JPEG stands between Node and the browser.
  await sharp(unseen[0][0]).png().toFile(join(site, 'photo.png'))
}

/** Lossless: no decoder of JPEG stands between Node and the browser. */
async function readyPhotographs(): Promise<void> {
  for (const [label, paths] of unseen.entries()) {
    fresh[label] = paths.map((_, i) => join(folder, `${label}-${i}.png`))
    await Promise.all(paths.map((path, i) => sharp(path).png().toFile(fresh[label][i])))
  }
}

const open = () => openSite(page, `${server.address}?engine=wasm`)

/** The numbers that the page shows in the card of a photograph. */
async function shown(file: string) {
  const card = page.locator('.card').filter({ has: page.locator(`img[alt="photo ${basename(file)}"]`) })
  if (!(await card.locator('details').evaluate((each: HTMLDetailsElement) => each.open)))
    await card.locator('summary').click()
  await card.locator('.support li').first().waitFor()
  const values = (selector: string) =>
    card.locator(selector).evaluateAll((all) => all.map((each) => Number((each as HTMLDataElement).value)))
  return {
    heading: await card.locator('h3').textContent(),
    names: await card.locator('.answer .bars span:not(.fill)').allTextContents(),
    probabilities: await values('.answer data'),
    codes: await values('.support data'),
  }
}

/** Checks what the page shows against what Node says with a model. */
async function expectAsNode(model: ImageModel, files: readonly string[]): Promise<void> {
  const answers = await predict(model, files, { top: 3 })
  const reasons = await explainImages(model, files, { top: 6 })
  for (const [i, file] of files.entries()) {
    const { heading, names, probabilities, codes } = await shown(file)
    const { className, unknown, top } = answers[i]
    expect(heading).toBe(unknown ? 'None of these' : className)
    expect(names[0]).toBe(className)
    const found = new Map(names.map((name, place) => [name, probabilities[place]]))
    for (const { className, probability } of top) {
      expect(Math.abs((found.get(className) ?? Number.NaN) - probability)).toBeLessThan(1e-3)
    }
    for (const [place, { code }] of reasons[i].support.entries())
      expect(Math.abs(codes[place] - code)).toBeLessThan(1e-3)
  }
}

type Held = { backend: string; before: object; after: object; left: number; width: number }
type Violations = { violations: { id: string; nodes: { html: string }[] }[] }

const held = () => fresh.slice(0, NEW).map(([first]) => first)

describe.skipIf(!hasChromium)('dml-crc web (needs Chromium: set CHROMIUM to its path)', () => {
  beforeAll(async () => {
    await makeSite()
    await loadEngine({ prefer: 'wasm' })
    images = await loadExport(join(folder, 'runs', 'photos', 'model'))
    await readyPhotographs()
    server = await serveFolder(site, 0)
    browser = await launchChromium()
    page = await browser.newPage()
    page.on('pageerror', ({ message }) => errors.push(message))
    // No server but that of the site is asked for anything.
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.address)) errors.push(request.url())
    })
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    images?.backbone.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  it('describes itself in the metadata of its network', () => {
    const { userDefinedMetadata } = JSON.parse(readFileSync(join(site, 'model', 'tfjs', 'model.json'), 'utf8'))
    expect(userDefinedMetadata.dmlCrc).toMatchObject({
      classNames: kinds.slice(0, NEW).toSorted(),
      network: { name: 'tiny_vgg' },
      image: {
        size: images.transforms[0].size,
        resize: [...new Set(images.transforms.map(({ reduced }) => reduced))],
        interpolation: 'bilinear',
        mirror: true,
      },
    })
    expect(readdirSync(join(site, 'model', 'thumbnails'))).toHaveLength(NEW * 6)
  })

  it('gives the bytes of Node from a file, a bitmap and a canvas', async () => {
    await page.goto(`${server.address}test.html`)
    for (const interpolation of ['bilinear', 'bicubic'] as const) {
      const view = { size: 40, resize: 46, interpolation }
      const found = (await page.evaluate(`bytesOf('photo.png', ${JSON.stringify(view)})`)) as number[][]
      const record = { id: 'photo', path: join(site, 'photo.png'), label: 0 }
      for await (const { images } of createLoader([record], { batchSize: 1, transform: centerCrop(view) })) {
        for (const bytes of found) {
          const most = bytes.reduce((largest, byte, i) => Math.max(largest, Math.abs(byte - images[i])), 0)
          expect(bytes.length).toBe(images.length)
          expect(most).toBeLessThanOrEqual(1)
        }
      }
    }
  })

  // Graphics by software are slow.
  it.each([
    ['wasm', 200],
    ['webgl', 10],
  ] as const)('predictions on %s leave no tensor and no texture behind, %i of them', async (backend, times) => {
    await page.goto(`${server.address}test.html`)
    const result = (await page.evaluate(`predictOften('${backend}', 'photo.png', ${times})`)) as Held
    expect(result.backend).toBe(backend)
    expect(result.after).toEqual(result.before)
    expect(result.left).toBe(0)
    expect(result.width).toBe(images.backbone.featureSize)
  })

  it('classifies and explains dropped photographs as Node does', async () => {
    await open()
    const files = held()
    await drop(page, files)
    await expectAsNode(images, files)
  })

  it.each(['light', 'dark'] as const)('has nothing that axe-core objects to, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.addScriptTag({ path: axe })
    const { violations } = (await page.evaluate('axe.run()')) as Violations
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([])
  })

  it('learns a class, keeps it over a reload, and the downloaded model says the same in Node', async () => {
    await teach(page, 'a new kind', fresh[NEW].slice(0, 2))
    await open()
    expect(await page.textContent('#facts')).toBe(`${NEW + 1} classes and ${NEW * 6 + 2} training images`)
    const files = [...held(), fresh[NEW][0]]
    await drop(page, files)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
    const path = join(folder, 'taught.safetensors')
    await download.saveAs(path)
    const model = await loadModel(path)
    expect(model.classNames).toEqual([...kinds.slice(0, NEW).toSorted(), 'a new kind'])
    await expectAsNode({ ...images, model }, files)
    expect((await shown(fresh[NEW][0])).names[0]).toBe('a new kind')
  })

  it('refuses files that are damaged or belong to another network, and goes on as it was', async () => {
    const whole = readFileSync(join(folder, 'taught.safetensors'))
    const features = { data: Prng.fromSeed(1).normals(32), shape: [4, 8] as const }
    const foreign = modelToBytes(await crc.make().fit(features, [0, 0, 1, 1]))
    const cases: [string, Uint8Array, RegExp][] = [
      ['cut.safetensors', whole.subarray(0, whole.length / 2), /cut\.safetensors: expected .*, received /],
      ['text.safetensors', new TextEncoder().encode('not a model'), /text\.safetensors: expected .*, received /],
      ['other.safetensors', foreign, /expected a model of features of \d+ numbers, received features of 8 numbers/],
    ]
    const before = await page.textContent('#facts')
    for (const [name, bytes, message] of cases) {
      await page.setInputFiles('#model-file', { name, mimeType: '', buffer: Buffer.from(bytes) })
      await page.locator('#errors', { hasText: message }).waitFor()
      expect(await page.textContent('#facts')).toBe(before)
      await page.click('#errors button')
    }
    await page.setInputFiles('#files', { name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    await page.locator('#errors', { hasText: /text\.png/ }).waitFor()
    await page.click('#errors button')
  })

  it('forgets a photograph, a class with its last one, and goes back to the original', async () => {
    const facts = (text: string) => page.locator('#facts', { hasText: text }).waitFor()
    await page.locator('#taught .forget').first().click()
    await facts(`${NEW + 1} classes and ${NEW * 6 + 1} training images`)
    await page.locator('#taught .forget').first().click()
    await facts(`${NEW} classes and ${NEW * 6} training images`)
    await page.setInputFiles('#model-file', join(folder, 'taught.safetensors'))
    await facts(`${NEW + 1} classes and ${NEW * 6 + 2} training images`)
    // The pictures of what was taught come with the file.
    expect(await page.locator('#taught img').count()).toBe(2)
    await page.click('#reset')
    await facts(`${NEW} classes and ${NEW * 6} training images`)
    await expectAsNode(images, [fresh[NEW][0]])
  })

  it('has raised no error and asked no other server', () => {
    expect(errors).toEqual([])
  })

  it('leaves folders of other things as they are', async () => {
    expectError(await dmlCrc.run('web', join('runs', 'photos'), '--out', 'photos'), /an empty folder, or one of a site/)
  })
})
