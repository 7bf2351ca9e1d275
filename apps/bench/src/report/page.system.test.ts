import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Prng } from '@dml-crc/core'
import axe from 'axe-core'
import { type Browser, chromium } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Details } from '../results/details.ts'
import type { Results, Row } from '../results/schema.ts'
import { rowKey } from '../results/units.ts'
import { writeReport } from './write.ts'

const CHROMIUM = '/usr/bin/chromium'
const CLASSES = Array.from({ length: 20 }, (_, c) => `kind <${c}> & long-named flower`)

async function sample(): Promise<{ results: Results; details: Details }> {
  const prng = Prng.fromSeed(7)
  const labels = Array.from({ length: 400 }, (_, i) => i % 20)
  const row = (method: string, top1: number, seed: number, regime: Row['regime'] = 'frozen'): Row => ({
    dataset: 'flowers102',
    split: { fit: 'train', select: '5 folds of train', test: 'val' },
    backbone: 'mobilenet_v1',
    weights: 'a very long file name/'.repeat(4),
    layer: 'pool',
    regime,
    method,
    baseline: !method.startsWith('DML-CRC'),
    options: { lambda: 0.3, signedSquareRoot: true },
    seed,
    top1,
    top5: 0.99,
    meanPerClass: top1 - 0.01,
    count: 400,
    seconds: { features: 12, fit: 3.21, classify: 0.4 },
    peakRssMb: 812,
  })
  const rows = [
    row('ridge', 0.86, 0),
    row('CRC', 0.864, 0),
    row('DML-CRC', 0.892, 0),
    row('DML-CRC', 0.899, 1),
    row('DML-CRC', 0.92, 0, 'end-to-end'),
  ]
  const image = `data:image/jpeg;base64,${(
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c33' } })
      .jpeg()
      .toBuffer()
  ).toString('base64')}`
  const guess = (label: number) => (prng.uniform() < 0.85 ? label : prng.int(20))
  return {
    results: {
      schema: 1,
      experiment: 'sample',
      description: 'A run that nobody made.',
      startedAt: '2026-01-01T00:00:00.000Z',
      engine: { name: 'wasm', library: 'tfjs 4.22.0', device: 'cpu' },
      machine: { cpu: 'some', cores: 2 },
      program: { version: '1.2.3', commit: '0123456789ab', command: 'dml-crc run sample --seed 5', seed: 5 },
      terms: [{ what: 'data set flowers102', licence: 'research only', citation: 'Nilsback, Zisserman, 2008' }],
      rows,
      reported: [
        { dataset: 'flowers102', method: 'CRC', backbone: 'vgg19', top1: 0.93, source: 'a paper', readAtSource: false },
      ],
    },
    details: {
      classes: CLASSES,
      test: { ids: labels.map((_, i) => `image_${i}`), labels },
      predictions: Object.fromEntries(rows.map((each) => [rowKey(each), labels.map(guess)])),
      curves: [
        {
          title: 'DML-CRC, seed 0',
          quantity: 'loss',
          unit: 'step',
          values: Array.from({ length: 50 }, (_, i) => Math.exp(-i / 12)),
        },
      ],
      sweeps: [
        {
          title: 'CRC over λ',
          option: 'λ',
          points: [0.01, 0.1, 1, 10].map((value, i) => ({ value, accuracy: 0.8 + 0.03 * i })),
        },
      ],
      spectra: [{ title: 'Spectrum of M', values: Array.from({ length: 64 }, (_, i) => 3 * Math.exp(-i / 20)) }],
      maps: [
        {
          title: 'Map',
          points: labels.map((label) => ({ x: prng.normal(), y: prng.normal(), label, right: prng.uniform() < 0.9 })),
        },
      ],
      gallery: [true, false].map((right) => ({
        title: 'DML-CRC',
        query: { image, id: 'image_1' },
        truth: CLASSES[0],
        predicted: CLASSES[right ? 0 : 1],
        right,
        support: Array.from({ length: 6 }, (_, i) => ({
          image,
          id: `image_${i}`,
          className: CLASSES[i],
          code: 0.5 - 0.15 * i,
        })),
        shares: [0.6, 0.3, 0.1].map((share, i) => ({ className: CLASSES[i], share })),
        nearest: right ? [] : [{ image, id: 'image_2' }],
      })),
      reliability: [
        {
          title: 'Reliability',
          error: 0.03,
          bins: [0.3, 0.6, 0.95].map((confidence, i) => ({ confidence, accuracy: confidence - 0.03, count: 10 ** i })),
        },
      ],
      retrieval: [{ title: 'Retrieval', recall: [1, 2, 4].map((k) => ({ k, share: 0.8 + 0.04 * k })), mapAtR: 0.4 }],
      pairs: [
        {
          truth: CLASSES[0],
          predicted: CLASSES[1],
          count: 7,
          mistaken: { image, id: 'image_1' },
          ofTruth: { image, id: 'image_2' },
          ofPredicted: { image, id: 'image_3' },
        },
      ],
    },
  }
}

describe('report.html', () => {
  let folder: string
  let page: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dml-crc-report-'))
    const { results, details } = await sample()
    await writeFile(join(folder, 'results.json'), JSON.stringify(results))
    await writeFile(join(folder, 'details.json'), JSON.stringify(details))
    page = await readFile(await writeReport(folder), 'utf8')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('needs no network and no script', () => {
    expect(page).not.toMatch(/<script|<link[^>]+href="(?!data:)|src="(?!data:)|url\(|@import/)
    expect(page).not.toMatch(/https?:/)
  })

  it('escapes the names of classes', () => {
    expect(page).not.toContain('<0>')
    expect(page).toContain('kind &lt;0&gt; &amp; long-named flower')
  })

  it('keeps reported numbers out of the measured table and marks them', () => {
    const [, measured, reported] = page.split(/<section/)
    expect(measured).not.toContain('a paper')
    expect(reported).toContain('None of these numbers was measured here')
    expect(reported).toContain('unchecked')
  })

  it('gives every picture a text', () => {
    for (const [tag] of page.matchAll(/<img[^>]*>/g)) expect(tag).toMatch(/alt="[^"]+/)
    for (const [tag] of page.matchAll(/<figure>.*?<\/figure>/gs)) expect(tag).toMatch(/<svg[^>]+aria-label="[^"]+/)
  })

  it('says by which program, command and seed, and under which terms', () => {
    for (const text of ['1.2.3, commit 0123456789ab', 'dml-crc run sample --seed 5', 'research only', 'Nilsback']) {
      expect(page).toContain(text)
    }
  })

  it('compares each two methods by the test of McNemar', () => {
    // Of the three methods that are measured frozen and the one end to end.
    expect(page).toMatch(/Which methods differ<\/h3>[\s\S]*of 6 pairs/)
  })

  it('says the mean and the spread of the seeds', () => {
    expect(page).toContain('89.5 ± 0.5')
  })

  describe.skipIf(!existsSync(CHROMIUM))('in a browser (needs /usr/bin/chromium)', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      })
    })
    afterAll(() => browser?.close())

    it.each([
      [390, 'light'],
      [390, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const)(
      'has no error, all its figures, no overflow and nothing that axe finds at %i px, %s',
      async (width, colorScheme) => {
        const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
        const complaints: string[] = []
        tab.on('console', (message) => complaints.push(message.text()))
        tab.on('pageerror', (error) => complaints.push(error.message))
        tab.on('request', (request) => {
          if (/^https?:/.test(request.url())) complaints.push(`asked for ${request.url()}`)
        })
        await tab.goto(pathToFileURL(join(folder, 'report.html')).href)
        const seen = await tab.evaluate(`({
        wide: document.documentElement.scrollWidth,
        empty: [...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().height < 60).length,
        figures: document.querySelectorAll('figure svg').length,
        smallest: Math.min(...[...document.querySelectorAll('figure svg')].map((svg) => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)),
        broken: [...document.images].filter((image) => image.complete && image.naturalWidth === 0).length,
      })`)
        expect(complaints).toEqual([])
        expect(seen).toMatchObject({ empty: 0, figures: 10, broken: 0 })
        expect(seen).toHaveProperty('wide', width)
        expect((seen as { smallest: number }).smallest).toBeGreaterThan(8.5)
        if (process.env.SCREENSHOTS) {
          const path = join(process.env.SCREENSHOTS, `${width}-${colorScheme}.png`)
          await tab.screenshot({ path, fullPage: true })
        }
        await tab.addScriptTag({ content: axe.source })
        const found =
          await tab.evaluate(`axe.run().then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ' (' + impact + ') at ' + target + ': ' + failureSummary)))`)
        expect(found).toEqual([])
        await tab.close()
      },
    )
  })
})
