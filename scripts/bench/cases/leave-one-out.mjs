import { here, load, onWasm, peer, speed } from '../sides.mjs'

const STEPS = 10

/** One full-batch step: every sample coded over the others, its loss, the gradient in L, λ and the weight, and Adam. */
async function prepare({ size, engine }) {
  const { library } = await load(engine)
  const { dmlCrcGradient } = await import('../../../packages/metric/src/index.ts')
  const { Prng } = await import('../../../packages/core/src/index.ts')
  const { count, width, classes, rank } = size
  const prng = Prng.fromSeed(0)
  const features = { data: Float32Array.from({ length: count * width }, () => prng.uniform()), shape: [count, width] }
  const labels = Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
  const plain = { signedSquareRoot: false, center: false, init: 'random', noise: 0, smoothing: 0 }
  const run = async () => {
    const times = []
    let last = 0
    const onProgress = ({ kind }) => {
      if (kind !== 'advance') return
      times.push((performance.now() - last) / 1000)
      last = performance.now()
    }
    await dmlCrcGradient.make({ ...plain, rank, steps: STEPS }, { prng, onProgress }).fit(features, labels)
    // The first steps are longer: their buffers are new.
    const rest = times.slice(3).sort((a, b) => a - b)
    return { seconds: rest[rest.length >> 1] }
  }
  return { library, run }
}

export const leaveOneOut = {
  name: 'leave-one-out',
  title: 'leave-one-out step of the metric',
  label: ({ count, width, rank }) => `N = ${count}, d = ${width}, r = ${rank}`,
  sizes: (quick) =>
    quick
      ? [{ count: 100, width: 64, classes: 10, rank: 32 }]
      : [{ count: 1020, width: 1024, classes: 102, rank: 512 }],
  repeats: 5,
  sides: [here(prepare), peer('PyTorch', 'leave_one_out.py'), onWasm(prepare)],
  targets: () => [{ what: 'speed, of the best peer', measured: speed, atLeast: 2 }],
}
