import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { network } from '../networks.mjs'
import { recordsOf } from '../pictures.mjs'
import { here, onWasm, peer, secondsOf, speed } from '../sides.mjs'

const BATCH = 32

const records = ({ pictures }) => recordsOf(JSON.parse(readFileSync(pictures, 'utf8')))

/** A folder that is gone when the process ends. */
function temporary() {
  const folder = mkdtempSync(join(tmpdir(), 'dml-crc-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A loader that is never at its end: each `for await` is one pass. */
async function loaderOf(request, cache) {
  const { centerCrop, createLoader } = await import('../../../packages/datasets/src/index.ts')
  const transform = centerCrop({ size: 224, resize: 256 })
  return createLoader(records(request), { batchSize: BATCH, transform, ...(cache && { cache: temporary() }) })
}

const decode = (cache) => async (request) => {
  const loader = await loaderOf(request, cache)
  const run = async () => {
    for await (const _ of loader);
  }
  return { library: 'libjpeg-turbo', run }
}

const cached = (side) => ({ ...side, name: `${side.name}, resized cache` })
const label = ({ count }) => `${count} images`

/** JPEG files to batches of bytes [32, 224, 224, 3]. */
export const jpegToBatch = {
  name: 'jpeg-to-batch',
  title: 'JPEG files to batches',
  label,
  sizes: (quick) => [{ count: quick ? 64 : 1020 }],
  pictures: ({ count }) => count,
  repeats: 5,
  sides: [here(decode(false)), cached(here(decode(true))), peer('torchvision', 'jpeg.py')],
}

/** What the trainer does for `dml-crc features`, with nothing kept. */
async function fromFiles(request) {
  const { backbone, library } = await network(request)
  const { centerCrop } = await import('../../../packages/datasets/src/index.ts')
  const { extractFeatures } = await import('../../../packages/trainer/src/index.ts')
  const transform = centerCrop({ size: 224, resize: 256 })
  const all = records(request)
  return { library, run: async () => void (await extractFeatures({ backbone, records: all, transform })) }
}

async function fromCache(request) {
  const { tf, backbone, library } = await network(request)
  const loader = await loaderOf(request, true)
  const run = async () => {
    for await (const { images, shape } of loader) {
      const batch = tf.tensor4d(images, shape, 'int32')
      const features = await backbone.features(batch)
      await features.data()
      tf.dispose([batch, features])
    }
  }
  return { library, run }
}

/** The network alone, on as many images in memory: what extraction cannot be quicker than. */
async function bare(request) {
  const { backbone, images, library } = await network(request)
  const batch = images(BATCH)
  const run = async () => {
    for (let done = 0; done < request.size.count; done += BATCH) {
      const features = await backbone.features(batch)
      await features.data()
      features.dispose()
    }
  }
  return { library, run }
}

const sizes = (quick) => [{ network: 'mobilenet_v1', count: quick ? 64 : 2040 }]
const pictures = ({ count }) => count
const pace = (row) => secondsOf('here, network alone')(row) / secondsOf('here')(row)

/** Features of MobileNetV1 by one centre crop of each image. */
export const imageFeatures = {
  name: 'features',
  title: 'features by MobileNetV1',
  label,
  sizes,
  pictures,
  repeats: 3,
  warmUps: 1,
  sides: [
    here(fromFiles),
    cached(here(fromCache)),
    { ...here(bare), name: 'here, network alone' },
    peer('PyTorch, torchvision', 'features.py'),
  ],
  targets: () => [
    { what: 'speed from files, of the best peer', measured: speed, atLeast: 1.2 },
    { what: 'pace from files, of the network alone', measured: pace, atLeast: 0.9 },
  ],
}

export const imageFeaturesOnWasm = {
  name: 'features-wasm',
  title: 'features by MobileNetV1 on wasm',
  label,
  sizes,
  pictures,
  repeats: 1,
  warmUps: 0,
  sides: [onWasm(fromFiles)],
  targets: ({ count }) =>
    count === 2040 ? [{ what: 'seconds', measured: secondsOf('wasm'), atMost: 60, unit: 's' }] : [],
}
