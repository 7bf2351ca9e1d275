// Teaching ten samples of a new class to CRC on 5,994 × 4,096, beside the fit.
// Run: node --conditions=@dml-crc/source --import tsx packages/metric/bench/add.ts
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { add, crc, remove } from '@dml-crc/metric'

const engine = await loadEngine()
const [count, width, classes] = [5994, 4096, 200]
const prng = Prng.fromSeed(0)
const rows = (n: number) => ({ data: prng.normals(n * width).map(Math.abs), shape: [n, width] as const })
const labels = Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
const features = rows(count)

const begun = performance.now()
const model = await crc.make({ lambda: 1 }).fit(features, labels)
const fitted = performance.now()
const more = await add(model, rows(10), new Array(10).fill(classes))
const added = performance.now()
await remove(
  more,
  Array.from({ length: 10 }, (_, i) => count + i),
)
const removed = performance.now()
const seconds = (a: number, b: number) => `${((b - a) / 1000).toFixed(2)} s`
console.log(
  `${engine.name}: fit ${seconds(begun, fitted)}, add ${seconds(fitted, added)}, remove ${seconds(added, removed)}`,
)
