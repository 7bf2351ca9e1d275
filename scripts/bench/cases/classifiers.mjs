import { here, load, peer, speed } from '../sides.mjs'

/** Fits on N samples and classifies Q queries; features as a network with rectified outputs gives them. */
const fitAndClassify = (name, options) => async (request) => {
  const { count, width, classes, queries } = request.size
  const { library } = await load(request.engine)
  const { methodNamed, predict } = await import('../../../packages/metric/src/index.ts')
  const { Prng } = await import('../../../packages/core/src/index.ts')
  const prng = Prng.fromSeed(0)
  const rows = (n) => ({ data: Float32Array.from({ length: n * width }, () => prng.uniform()), shape: [n, width] })
  const [samples, asked] = [rows(count), rows(queries)]
  const labels = Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
  const run = async () => {
    const start = performance.now()
    const model = await methodNamed(name)
      .make({ ...options, signedSquareRoot: false })
      .fit(samples, labels)
    const fit = (performance.now() - start) / 1000
    await predict(model, asked)
    return { fit }
  }
  return { library, run }
}

const sizes = (quick) =>
  quick
    ? [{ count: 200, width: 64, classes: 10, queries: 100 }]
    : [{ count: 2040, width: 1024, classes: 102, queries: 6000 }]
const label = ({ count, width, queries }) => `${queries} queries × ${count} × ${width}`
const common = { sizes, label, repeats: 7, warmUps: 2 }

export const crc = {
  ...common,
  name: 'crc',
  title: 'CRC, fit and classify',
  // DᵀD, its inverse, its product with the queries, codes and inner products, residuals of each class.
  work: ({ count: N, width: d, classes: C, queries: Q }) => ({
    amount: 2 * (N * d * d + d * d * Q + 2 * N * d * Q + (N / C) * N * Q) + d ** 3,
    unit: 'FLOP',
  }),
  sides: [
    here(fitAndClassify('crc', { lambda: 0.3 })),
    peer('NumPy', 'crc_numpy.py'),
    peer('SciPy', 'crc_scipy.py'),
    peer('PyTorch', 'crc_torch.py'),
  ],
  targets: () => [{ what: 'speed, of the best peer', measured: speed, atLeast: 1.3 }],
}

export const proCrc = {
  ...common,
  name: 'procrc',
  title: 'ProCRC, fit and classify',
  sides: [here(fitAndClassify('proCrc', { lambda: 0.3, gamma: 0.1 })), peer('SciPy', 'procrc_scipy.py')],
}

export const ridge = {
  ...common,
  name: 'ridge',
  title: 'ridge, fit and classify',
  sides: [
    here(fitAndClassify('ridge', { lambda: 1 })),
    peer('scikit-learn', 'ridge_sklearn.py'),
    peer('SciPy', 'ridge_scipy.py'),
  ],
}
