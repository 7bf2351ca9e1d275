import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBackbone } from '@dml-crc/backbones'
import { centerCrop, demo, drawDemo, type ImageRecord } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { crc } from '@dml-crc/metric'
import { extractFeatures, saveImageModel } from '@dml-crc/trainer'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drop, hasChromium, launchChromium, openSite, teach, timed } from '../testdata/web/site-page.ts'
import { serveFolder } from './serve.ts'
import { writeSite } from './write-site.ts'

/** Bounds are those of the page where nothing else runs, times four: tests run beside others. */
const MOST = { bytes: 20e6, firstAnswer: 4 * 3000, teaching: 4 * 1000 }

describe.skipIf(!hasChromium)('a page with MobileNetV1 (needs Chromium: set CHROMIUM to its path)', () => {
  let folder: string
  let records: ImageRecord[]
  let bytes: number
  let server: { address: string; close(): void }
  let browser: Browser

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mobilenet-'))
    await loadEngine({ prefer: 'wasm' })
    const root = join(folder, 'demo')
    await drawDemo(root, { perClass: { train: 4, val: 1, test: 1 } })
    const set = await demo(root)
    records = (await set.split('train')).filter(({ label }) => label < 4)
    const backbone = await createBackbone('mobilenet_v1', { weights: 'none' })
    const transform = centerCrop({ size: backbone.inputSize })
    const { features, labels } = await extractFeatures({ backbone, records, transform })
    const classNames = set.classes.slice(0, 4)
    const model = await crc.make().fit(features, labels, { classNames })
    const samples = records.map(({ id }) => id)
    await saveImageModel(join(folder, 'model'), { backbone, model, samples }, 'none')
    backbone.dispose()
    const written = await writeSite(join(folder, 'model'), join(folder, 'site'), { onProgress() {} })
    bytes = written.bytes
    server = await serveFolder(join(folder, 'site'), 0)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is small, answers soon after it was opened, and learns at once', async () => {
    const page = await browser.newPage()
    const files = records.map(({ path }) => path)
    const loading = await timed(() => openSite(page, server.address))
    const answering = await timed(() => drop(page, files.slice(0, 1)))
    const teaching = await timed(() => teach(page, 'a new kind', files.slice(1, 3)))
    const engine = await page.textContent('#engine')
    const figures = [loading, answering, teaching].map((time) => `${time.toFixed(0)} ms`)
    console.log(
      `MobileNetV1 on ${engine}: ${(bytes / 1e6).toFixed(1)} MB, opened in ${figures[0]}, first answer ${figures[1]}, two photographs taught in ${figures[2]}`,
    )
    expect(bytes).toBeLessThan(MOST.bytes)
    expect(loading + answering).toBeLessThan(MOST.firstAnswer)
    expect(teaching).toBeLessThan(MOST.teaching)
    // Graphics by software are slower than wasm.
    expect(engine).toMatch(/^wasm/)
  })
})
