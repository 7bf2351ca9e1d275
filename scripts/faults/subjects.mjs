// One sound file of each format, and how it is read. `read` gives nothing where all is well, and otherwise what is not: for the
// formats with checksums, values other than those that were written.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadExperiment } from '../../apps/bench/src/experiment/load.ts'
import { readDetails, readResults } from '../../apps/bench/src/results/read.ts'
import { RunFolder } from '../../apps/bench/src/results/run-folder.ts'
import { Prng, readFeatures, readLabels, readMatValues, readSafetensors } from '../../packages/core/src/index.ts'
import { extract } from '../../packages/datasets/src/fetching/extract.ts'
import { decode } from '../../packages/datasets/src/images/decode.ts'
import { centerCrop, folder as openFolder } from '../../packages/datasets/src/index.ts'
import { tar } from '../../packages/datasets/src/testdata/archive.ts'
import { picture } from '../../packages/datasets/src/testdata/pictures.ts'

const arrays = fileURLToPath(new URL('../../packages/core/src/arrays/testdata/', import.meta.url))

const finite = (matrix) =>
  matrix.data.every(Number.isFinite) && matrix.data.length === matrix.shape[0] * matrix.shape[1]
    ? undefined
    : 'a matrix that is not whole'

/** Features and labels of a file that the array readers know. */
const arrayFile =
  (name, { isChecked = false } = {}) =>
  async (folder) => {
    const file = join(folder, `array${name.slice(name.lastIndexOf('.'))}`)
    cpSync(join(arrays, name), file)
    let first
    return {
      file,
      async read() {
        const matrix = await readFeatures(file, name.endsWith('.mat') ? 'cube' : undefined)
        first ??= matrix
        const isSame =
          matrix.data.every((value, i) => value === first.data[i]) && String(matrix.shape) === String(first.shape)
        if (isChecked && !isSame) return 'other values than were written'
        await readLabels(file).catch((error) => {
          if (!error.remedy) throw error
        })
        return finite(matrix)
      },
    }
  }

const image = (ending, encode) => async (folder) => {
  const file = join(folder, `picture.${ending}`)
  writeFileSync(file, await encode(picture(60, 50, 1)).toBuffer())
  const transform = centerCrop({ size: 32 })
  const out = new Uint8Array(32 * 32 * 3)
  return { file, read: () => decode({ id: 'picture', path: file, label: 0 }, transform, Prng.fromSeed(0), out) }
}

const manifest = (ending, text) => async (folder) => {
  const file = join(folder, `manifest.${ending}`)
  writeFileSync(file, text)
  return { file, read: async () => void (await openFolder(folder)) }
}

const HEADER = {
  schema: 1,
  experiment: 'test',
  description: '',
  startedAt: '',
  engine: { name: 'wasm', library: '', device: '' },
  machine: {},
  reported: [],
}
const IMAGES = { classes: ['a', 'b'], test: { ids: ['x', 'y'], labels: [0, 1] } }
const ROW = {
  dataset: 'demo',
  split: { fit: 'train', select: '', test: 'test' },
  backbone: 'net',
  weights: 'none',
  layer: 'last',
  regime: 'frozen',
  method: 'CRC',
  baseline: true,
  options: {},
  seed: 0,
  top1: 0.5,
  top5: 1,
  meanPerClass: 0.5,
  count: 2,
  seconds: { features: 0, fit: 0, classify: 0 },
  peakRssMb: 1,
}
const CONFIG = { version: '1' }

/** A run with one row; `read` gets its folder. */
const runFile = (name, read) => async (folder) => {
  const place = join(folder, 'run')
  {
    const run = await RunFolder.open(place, { config: CONFIG, header: HEADER, images: IMAGES })
    await run.add('key', ROW, [0, 1], {
      curves: [{ title: 'loss', quantity: 'loss', unit: 'epoch', values: [1, 0.5] }],
    })
    await run[Symbol.asyncDispose]()
  }
  return { file: join(place, name), read: async () => void (await read(place)) }
}

async function resumeRun(place) {
  const run = await RunFolder.open(place, { config: CONFIG, header: HEADER, images: IMAGES, resume: true })
  await run[Symbol.asyncDispose]()
}

export const SUBJECTS = {
  jpeg: image('jpg', (picture) => picture.jpeg()),
  png: image('png', (picture) => picture.png()),
  mat: arrayFile('scipy_compressed.mat'),
  async 'mat values'(folder) {
    const file = join(folder, 'values.mat')
    cpSync(join(arrays, 'scipy_values_plain.mat'), file)
    return { file, read: async () => void (await readMatValues(file)) }
  },
  npy: arrayFile('fortran_3d.npy'),
  npz: arrayFile('scikit_learn.npz', { isChecked: true }),
  csv: arrayFile('table.csv'),
  async safetensors(folder) {
    const file = join(folder, 'array.safetensors')
    cpSync(join(arrays, 'reference.safetensors'), file)
    return { file, read: async () => void (await readSafetensors(file)) }
  },
  async 'tar.gz'(folder) {
    const { gzipSync } = await import('node:zlib')
    const file = join(folder, 'archive.tgz')
    writeFileSync(
      file,
      gzipSync(await tar([{ name: 'set/a.txt' }, Buffer.from('a')], [{ name: 'set/b/c.txt' }, Buffer.from('b')])),
    )
    const to = join(folder, 'out')
    return {
      file,
      async read() {
        rmSync(to, { recursive: true, force: true })
        await extract(file, { to, within: 'set', mostFiles: 10, mostBytes: 1000 })
      },
    }
  },
  async wheel(folder) {
    const { extractWheel } = await import('../../packages/engine/src/native/wheel.ts')
    const { packWheel, wheelFiles } = await import('../../packages/engine/src/native/testdata/wheel.ts')
    const file = join(folder, 'tensorflow.whl')
    writeFileSync(file, packWheel(wheelFiles(100)))
    const to = join(folder, 'out')
    return {
      file,
      async read() {
        rmSync(to, { recursive: true, force: true })
        mkdirSync(to)
        await extractWheel(file, to)
      },
    }
  },
  'manifest.csv': manifest('csv', 'path,label,split\r\n"a, ""b"".jpg",ant,fit\r\nc.jpg,bee,held\r\nd.jpg,7,fit\r\n'),
  'manifest.json': manifest('json', '[{"path":"a.jpg","label":"ant","split":"fit"},{"path":"b.jpg","label":7}]'),
  async experiment(folder) {
    const file = join(folder, 'experiment.json')
    cpSync(fileURLToPath(new URL('../../apps/bench/experiments/demo.json', import.meta.url)), file)
    return { file, read: async () => void (await loadExperiment(file)) }
  },
  results: runFile('results.json', readResults),
  details: runFile('details.json', readDetails),
  unit: runFile(join('units', '0000.json'), readDetails),
  config: runFile('config.json', resumeRun),
  async checkpoint(folder) {
    const { CheckpointFolder } = await import('../../packages/trainer/src/checkpoint.ts')
    const checkpoints = new CheckpointFolder(join(folder, 'checkpoints'))
    const parts = () =>
      new Map([['model', { json: { a: 1 }, tensors: new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]) }]])
    await checkpoints.save('latest', 1, parts())
    return {
      file: join(folder, 'checkpoints', 'latest.json'),
      async read() {
        const { step, parts } = await checkpoints.load('latest')
        return step === 1 && parts.get('model')?.tensors.get('w')?.data[1] === 2
          ? undefined
          : 'another state than was saved'
      },
    }
  },
  async model(folder) {
    const { fitDmlCrc } = await import('../../packages/metric/src/index.ts')
    const { loadModel, saveModel } = await import('../../packages/metric/src/files.ts')
    const file = join(folder, 'model.safetensors')
    const data = Prng.fromSeed(1).normals(12 * 4)
    await saveModel(
      file,
      await fitDmlCrc(
        { data, shape: [12, 4] },
        Int32Array.from({ length: 12 }, (_, i) => i % 3),
        { shrinkage: 0.1, between: 0.5, gamma: 0, lambda: 0.1 },
      ),
    )
    return { file, read: async () => void (await loadModel(file)) }
  },
  async export(folder) {
    const { createBackbone } = await import('../../packages/backbones/src/index.ts')
    const { exportModel, loadExport } = await import('../../packages/trainer/src/index.ts')
    const { fitDmlCrc } = await import('../../packages/metric/src/index.ts')
    const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 16 })
    const width = backbone.featureSize
    const data = Prng.fromSeed(1).normals(6 * width)
    const model = await fitDmlCrc(
      { data, shape: [6, width] },
      Int32Array.from({ length: 6 }, (_, i) => i % 2),
      { shrinkage: 0.1, between: 0.5, gamma: 0, lambda: 0.1 },
    )
    const place = join(folder, 'model')
    await exportModel(place, { backbone, model })
    return {
      file: join(place, 'export.json'),
      async read() {
        const loaded = await loadExport(place)
        loaded.backbone.dispose()
      },
    }
  },
}
