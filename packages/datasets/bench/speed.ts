/**
 * Images a second of this package's loader beside torchvision (Pillow), both with 2 workers, on JPEG files of
 * 500×375 made into 224×224.
 *
 * Usage: node --conditions=@dml-crc/source --import tsx bench/speed.ts [PYTHON [PYTHONPATH]]
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Prng } from '@dml-crc/core'
import sharp from 'sharp'
import { KINDS } from '../src/demo/kinds.ts'
import { scene } from '../src/demo/scene.ts'
import { centerCrop, createLoader, type ImageRecord, randomResizedCrop, shuffled } from '../src/index.ts'

const [python = 'python3', pythonPath = ''] = process.argv.slice(2)
const IMAGES = 300
const LAPS = 3
const transforms = { center: centerCrop({ size: 224, resize: 256 }), random: randomResizedCrop({ size: 224 }) }

/** Drawn flowers with the grain of a sensor, so that the files are as large as photographs'. */
async function writeImages(folder: string): Promise<ImageRecord[]> {
  await mkdir(join(folder, 'x'), { recursive: true })
  const prng = Prng.fromSeed(1)
  const records: ImageRecord[] = []
  for (let i = 0; i < IMAGES; i++) {
    const own = prng.split(i)
    const path = join(folder, 'x', `${i}.jpg`)
    const { data } = await sharp(Buffer.from(scene(KINDS[i % KINDS.length], 500, own)))
      .resize(500, 375)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const grain = own.normals(data.length)
    const noisy = Uint8ClampedArray.from(data, (value, j) => value + 6 * grain[j])
    await writeFile(
      path,
      await sharp(noisy, { raw: { width: 500, height: 375, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    )
    records.push({ id: `${i}`, path, label: 0 })
  }
  return records
}

async function perSecond(
  records: readonly ImageRecord[],
  name: keyof typeof transforms,
  cache?: string,
): Promise<number> {
  const loader = createLoader(records, {
    batchSize: 32,
    transform: transforms[name],
    sampler: shuffled,
    workers: 2,
    cache,
  })
  let count = 0
  let start = performance.now()
  // The first pass warms up, as the other side's does.
  for (let pass = 0; pass < 2; pass++) {
    start = performance.now()
    count = 0
    for await (const batch of loader) count += batch.indices.length
  }
  return (1000 * count) / (performance.now() - start)
}

function torchvision(folder: string, name: string): number | undefined {
  const script = fileURLToPath(new URL('peer.py', import.meta.url))
  const env = { ...process.env, PYTHONPATH: pythonPath }
  const { status, stdout, stderr } = spawnSync(python, [script, folder, name], { env, encoding: 'utf8' })
  if (status === 0) return JSON.parse(stdout).perSecond
  console.log(`torchvision does not run: ${stderr?.trim().split('\n').at(-1)}`)
  return undefined
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]

const folder = await mkdtemp(join(tmpdir(), 'dml-crc-speed-'))
try {
  const records = await writeImages(join(folder, 'images'))
  for (const name of ['center', 'random'] as const) {
    // The two sides take turns, so that a busy machine slows both.
    const [plain, warm, peer]: [number[], number[], number[]] = [[], [], []]
    for (let lap = 0; lap < LAPS; lap++) {
      const theirs = torchvision(join(folder, 'images'), name)
      if (theirs) peer.push(theirs)
      plain.push(await perSecond(records, name))
      warm.push(await perSecond(records, name, join(folder, 'cache')))
    }
    const rate = { plain: median(plain), warm: median(warm), peer: peer.length ? median(peer) : Number.NaN }
    const line = (what: string, value: number) =>
      console.log(`${name} ${what}: ${value.toFixed(0)} images/s, ${(value / rate.peer).toFixed(2)} times torchvision`)
    console.log(`${name} torchvision: ${rate.peer.toFixed(0)} images/s`)
    line('decoded', rate.plain)
    line('warm cache', rate.warm)
  }
} finally {
  await rm(folder, { recursive: true })
}
