// The full-batch leave-one-out step of DML-CRC at N=1020, d=1024, r=512, C=102, beside leave_one_out_step.py.
// Run: node --conditions=@dml-crc/source --import tsx packages/metric/bench/leave-one-out-step.ts [options of dmlCrcGradient as JSON]
import { type OnProgress, Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { dmlCrcGradient } from '@dml-crc/metric'

const engine = await loadEngine()
const [count, width, classes] = [1020, 1024, 102]
const prng = Prng.fromSeed(0)
const data = Float32Array.from({ length: count * width }, () => prng.uniform())
const features = { data, shape: [count, width] as const }
const labels = Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
const times: number[] = []
let last = 0
const options = {
  signedSquareRoot: false,
  center: false,
  rank: 512,
  init: 'random',
  noise: 0,
  smoothing: 0,
  steps: 20,
} as const
const onProgress: OnProgress = (event) => {
  if (event.kind !== 'advance') return
  times.push(performance.now() - last)
  last = performance.now()
}
await dmlCrcGradient
  .make({ ...options, ...JSON.parse(process.argv[2] ?? '{}') }, { prng, onProgress })
  .fit(features, labels)
const median = times.slice(5).sort((a, b) => a - b)[7]
console.log(`${engine.name}, ${engine.threads} threads: median ${median.toFixed(1)} ms a step`)
