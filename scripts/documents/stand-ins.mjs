// What stands in for the downloads while the documents' commands run: a drawn set in the layout of Oxford Flowers 102, with
// its checksums put into the clone's list of sources, weights of random numbers in timm's layout, and a reader's photographs.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../run-command.mjs'

const PER_CLASS = { train: 4, val: 2, test: 2 }
const CLASSES = 20

/** Draws the set into `set`, and a reader's photographs of four of its kinds into the clone. */
const drawing = (clone, set) => `
  import { cpSync, mkdirSync } from 'node:fs'
  import { basename, join } from 'node:path'
  import { demo, drawDemo } from '@dml-crc/datasets'
  const [clone, set] = ${JSON.stringify([clone, set])}
  await drawDemo(set, { perClass: ${JSON.stringify(PER_CLASS)} })
  const { classes, split } = await demo(set)
  for (const { path, label } of await split('train')) {
    const folder = join(clone, 'photos', classes[label])
    if (label >= 4) continue
    mkdirSync(folder, { recursive: true })
    cpSync(path, join(folder, basename(path)))
  }
  const [{ path }] = (await split('test')).filter(({ label }) => label === 0)
  cpSync(path, join(clone, 'photo.jpg'))`

/** Puts the archive of the drawn set where the mirror has it, and `photos/` and `photo.jpg` into the clone. */
export async function standInImages(clone, served, options) {
  const set = join(served, 'drawn')
  const node = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module', '--eval', drawing(clone, set)]
  await run('drawing the stand-in', process.execPath, node, { ...options, cwd: join(clone, 'apps', 'bench') })
  const mirror = join(served, 'flowers102')
  mkdirSync(mirror, { recursive: true })
  for (const name of ['imagelabels.mat', 'setid.mat']) cpSync(join(set, name), join(mirror, name))
  await run('packing the stand-in', 'tar', ['-czf', join(mirror, '102flowers.tgz'), '-C', set, 'jpg'], options)
  declare(clone, mirror)
}

/** Puts the number of images, lengths and checksums of the stand-in in the place of the official ones. */
function declare(clone, mirror) {
  const file = join(clone, 'packages', 'datasets', 'src', 'sets', 'flowers102.ts')
  const images = CLASSES * Object.values(PER_CLASS).reduce((sum, count) => sum + count, 0)
  let text = readFileSync(file, 'utf8')
  const replace = (pattern, replacement) => {
    if (!pattern.test(text)) throw new Error(`${file}: nothing there that fits ${pattern}`)
    text = text.replace(pattern, replacement)
  }
  replace(/images: 8189/, `images: ${images}`)
  for (const name of readdirSync(mirror)) {
    const content = readFileSync(join(mirror, name))
    const sha256 = createHash('sha256').update(content).digest('hex')
    const official = new RegExp(`(name: '${name}',.*?bytes: )\\d+(,\\s+sha256: ')[0-9a-f]{64}`, 's')
    replace(official, (_, bytes, sum) => `${bytes}${content.length}${sum}${sha256}`)
  }
  writeFileSync(file, text)
}

/** Random weights of MobileNetV1 in timm's layout, where the hub has the published ones. */
export function standInWeights(served) {
  const separable = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
  const names = [1, 2, 2, 6, 2].flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => `blocks.${stage}.${i}`),
  )
  const norm = (name, size) =>
    ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [size]])
  const shapes = [['conv_stem.weight', [32, 3, 3, 3]], ...norm('bn1', 32)]
  for (const [i, block] of names.entries()) {
    const [inputs, outputs] = [i === 0 ? 32 : separable[i - 1], separable[i]]
    shapes.push([`${block}.conv_dw.weight`, [inputs, 1, 3, 3]], ...norm(`${block}.bn1`, inputs))
    shapes.push([`${block}.conv_pw.weight`, [outputs, inputs, 1, 1]], ...norm(`${block}.bn2`, outputs))
  }
  shapes.push(['classifier.weight', [1000, 1024]], ['classifier.bias', [1000]])
  const file = join(served, 'timm', 'mobilenetv1_100.ra4_e3600_r224_in1k', 'resolve', 'main', 'model.safetensors')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, safetensors(shapes))
  return statSync(file).size
}

/** A safetensors file of float32: kernels of He's variance from a small generator, batch norms that change little. */
function safetensors(shapes) {
  let state = 1
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  const header = {}
  const parts = []
  let offset = 0
  for (const [name, shape] of shapes) {
    const count = shape.reduce((product, side) => product * side, 1)
    const deviation = Math.sqrt(6 / shape.slice(1).reduce((product, side) => product * side, 1))
    const values = Float32Array.from({ length: count }, () => numberOf(name, deviation * uniform()))
    parts.push(Buffer.from(values.buffer))
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * count] }
    offset += 4 * count
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...parts])
}

function numberOf(name, random) {
  if (/conv|classifier/.test(name)) return random
  return /weight|running_var/.test(name) ? 1 : 0.1 * random
}
