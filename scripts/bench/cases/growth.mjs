import { fileURLToPath } from 'node:url'
import { runCommand } from '../command.mjs'
import { here } from '../sides.mjs'

const script = fileURLToPath(new URL('../../../packages/metric/bench/growth.ts', import.meta.url))
const fromSource = ['--conditions=@dml-crc/source', '--import', import.meta.resolve('tsx')]

/** One method on drawn features, in a process of its own: seconds of the fit, of classifying, and the peak of both. */
async function grow({ size, engine, library }) {
  process.env.DML_CRC_ENGINE = engine
  const { method, count, width, classes, queries, options = {} } = size
  const run = () => {
    const args = [method, count, width, classes, queries, JSON.stringify(options)].map(String)
    const { stdout } = runCommand(process.execPath, [...fromSource, script, ...args])
    const { fit, classify } = JSON.parse(stdout)
    return { seconds: fit.seconds, classify: classify.seconds, peakBytes: classify.peakMiB * 2 ** 20 }
  }
  return { library, run }
}

/** `scale`: these stand in docs/scale.md. */
const once = { scale: true, repeats: 1, warmUps: 0, sides: [{ ...here(grow), command: true }] }
const label = ({ method, count, width, classes, options = {} }) =>
  `${method}, N = ${count}, d = ${width}, C = ${classes}${options.rank ? `, r = ${options.rank}` : ''}${options.steps ? `, ${options.steps} steps` : ''}`

/** Sizes in which one quantity grows and the others stay. */
const growth = (letter, name, values, base) => ({
  ...once,
  name: `growth-${letter}`,
  title: `growth of the fit with ${letter}`,
  label,
  along: name,
  sizes: (quick) =>
    (quick ? values.slice(0, 2).map((value) => value / 4) : values).map((value) => ({
      ...(quick ? { ...base, ...SMALL } : base),
      ...(name === 'rank' ? { options: { rank: value } } : { [name]: value }),
    })),
})

const SMALL = { count: 400, width: 64, classes: 20, queries: 50 }
const base = { method: 'dmlCrc', count: 10000, width: 256, classes: 100, queries: 1000 }

export const growthN = growth('N', 'count', [10000, 20000, 40000], base)
export const growthD = growth('d', 'width', [256, 512, 1024], base)
export const growthC = growth('C', 'classes', [64, 256, 1024], base)
export const growthR = growth('r', 'rank', [64, 128, 256, 512], {
  ...base,
  method: 'dmlCrcGradient',
  count: 2000,
  width: 512,
})

/** Samples of a gradient step at most: the default of the method. */
const BATCH = 6000
const passes = (count, number) => ({ rank: 256, steps: Math.ceil((number * count) / BATCH) })

/** One pass of gradient steps through the samples, with the start of L and the system of the codes. */
export const growthPass = {
  ...once,
  name: 'growth-pass',
  title: 'growth of one pass of gradient steps with N',
  label,
  along: 'count',
  sizes: (quick) =>
    (quick ? [400, 800] : [6000, 24_000, 96_000]).map((count) => ({
      ...base,
      ...(quick ? SMALL : { width: 1024, classes: 1000 }),
      method: 'dmlCrcGradient',
      count,
      options: { ...passes(count, 1), ...(quick && { rank: 16 }) },
    })),
}

/** Those that take minutes come last; of the steps of the last but one, which factor an N × N system each, a tenth. */
const METHODS = [
  ...['crc', 'dmlCrc', 'proCrc', 'ridge', 'lda', 'wccn', 'knn', 'ncm', 'softmax', 'linearSvm'],
  ...['pcrc', 'nsc', 'wcrc', 'crNrc', 'nrc', 'ranPac', 'dmlCrcGradient', 'dmlProCrc', 'kernelRidge'],
].map((method) => ({ method, ...(method === 'dmlProCrc' && { options: { steps: 5 } }) }))

/** The paper's own size: CUB-200-2011 with the 4096 numbers of fc7. */
export const paperSize = {
  ...once,
  name: 'paper-size',
  title: 'the size of the paper',
  label,
  sizes: (quick) =>
    METHODS.map((method) =>
      quick ? { ...method, ...SMALL } : { ...method, count: 5994, width: 4096, classes: 200, queries: 5794 },
    ),
}

/** Gradient steps: ten passes. */
const LARGE = [
  ...[{ method: 'crc' }, { method: 'dmlCrc' }, { method: 'ridge' }, { method: 'ncm' }],
  { method: 'dmlCrcGradient', options: passes(100_000, 10) },
]

/** A hundred thousand images in a thousand classes. */
export const largeSet = {
  ...once,
  name: 'large-set',
  title: 'a hundred thousand samples',
  label,
  sizes: (quick) =>
    LARGE.map(({ method, options = {} }) =>
      quick ? { method, ...SMALL } : { method, count: 100_000, width: 1024, classes: 1000, queries: 10_000, options },
    ),
}
