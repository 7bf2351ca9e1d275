// The pictures of the cases that read files: the first JPEG files of the folder that --data names, else drawn flowers.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const DRAWN = 60

/** Flowers of 500 × 375 with the grain of a sensor, so that the files are as large as photographs'. Drawn once for each machine. */
async function draw(folder) {
  const { createRequire } = await import('node:module')
  const require = createRequire(new URL('../../packages/datasets/package.json', import.meta.url))
  const sharp = require('sharp')
  const { KINDS } = await import('../../packages/datasets/src/demo/kinds.ts')
  const { scene } = await import('../../packages/datasets/src/demo/scene.ts')
  const { Prng } = await import('../../packages/core/src/index.ts')
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < DRAWN; i++) {
    const path = join(folder, `${i}.jpg`)
    if (existsSync(path)) continue
    const own = Prng.fromSeed(1).split(i)
    const { data } = await sharp(Buffer.from(scene(KINDS[i % KINDS.length], 500, own)))
      .resize(500, 375)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const grain = own.normals(data.length)
    const noisy = Uint8ClampedArray.from(data, (value, j) => value + 6 * grain[j])
    const raw = { width: 500, height: 375, channels: 3 }
    writeFileSync(path, await sharp(noisy, { raw }).jpeg({ quality: 90 }).toBuffer())
  }
}

const jpegsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => join(folder, name))

/** `count` paths; where there are fewer files, they come again from the first one on. */
export async function picturePaths(count, data) {
  const folder = data ?? join(tmpdir(), 'dml-crc-bench-pictures')
  if (data === undefined) await draw(folder)
  const files = jpegsIn(folder)
  if (files.length === 0) throw new Error(`${folder} has no .jpg file: name another folder with --data`)
  return Array.from({ length: count }, (_, i) => files[i % files.length])
}

/** Records of a loader over these paths. */
export const recordsOf = (paths) => paths.map((path, i) => ({ id: `${i}`, path, label: 0 }))
