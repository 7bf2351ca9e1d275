// CRC of 6000 queries over N=2040, d=1024, C=102, fit and predict, beside crc_queries.py.
// Run: node --conditions=@dml-crc/source --import tsx packages/metric/bench/crc-queries.ts
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { crc, predict } from '@dml-crc/metric'

const engine = await loadEngine()
const [count, width, classes, queries] = [2040, 1024, 102, 6000]
const prng = Prng.fromSeed(0)
const rows = (n: number) => {
  const data = Float32Array.from({ length: n * width }, () => prng.uniform())
  return { data, shape: [n, width] as const }
}
const [samples, asked] = [rows(count), rows(queries)]
const labels = Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
const times = { fit: [] as number[], predict: [] as number[] }
for (let round = 0; round < 8; round++) {
  const start = performance.now()
  const model = await crc.make({ lambda: 0.3, signedSquareRoot: false }).fit(samples, labels)
  const middle = performance.now()
  await predict(model, asked)
  times.fit.push(middle - start)
  times.predict.push(performance.now() - middle)
}
const median = (all: number[]) =>
  all
    .slice(1)
    .sort((a, b) => a - b)[3]
    .toFixed(0)
console.log(
  `${engine.name}, ${engine.threads} threads: fit ${median(times.fit)} ms, 6000 queries ${median(times.predict)} ms`,
)
