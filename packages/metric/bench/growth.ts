// Time and memory of one method on drawn features: fit on N samples in C classes, then classify queries.
// Run: node --conditions=@dml-crc/source --import tsx packages/metric/bench/growth.ts METHOD N D C QUERIES [options as JSON]
// One method and one size a process, because the peak of the memory is that of the process. Prints one line of JSON.
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { type Matrix, methodNamed, predict } from '@dml-crc/metric'

const [name, ...rest] = process.argv.slice(2)
const [count, width, classes, queries] = rest.slice(0, 4).map(Number)
const options = JSON.parse(rest[4] ?? '{}')

/** Noise around the mean of the class, as wide as it: classes overlap, and features have the spread of real ones. */
function draw(prng: Prng, means: Float32Array, rows: number): Matrix & { labels: Int32Array } {
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes)
  const data = new Float32Array(rows * width)
  for (let i = 0; i < rows; i++) {
    const noise = prng.normals(width)
    for (let j = 0; j < width; j++) data[i * width + j] = Math.max(0, means[labels[i] * width + j] + 2 * noise[j])
  }
  return { data, shape: [rows, width], labels }
}

const peakMiB = () => Math.round(process.resourceUsage().maxRSS / 1024)

/** Seconds of a wall clock, and of the processors. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number; cpuSeconds: number }> {
  const [begun, before] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 }
}

const engine = await loadEngine()
const prng = Prng.fromSeed(0)
const means = Float32Array.from(prng.normals(classes * width))
const train = draw(prng, means, count)
const test = draw(prng, means, queries)
const drawnMiB = peakMiB()
const fit = await timed(() => methodNamed(name).make(options).fit(train, train.labels))
const fitMiB = peakMiB()
const said = await timed(() => predict(fit.result, test))
const hits = said.result.labels.filter((label, i) => label === test.labels[i]).length
const { seconds, cpuSeconds } = fit
console.log(
  JSON.stringify({
    method: name,
    engine: engine.name,
    count,
    width,
    classes,
    queries,
    top1: hits / queries,
    fit: { seconds, cpuSeconds, peakMiB: fitMiB },
    classify: { seconds: said.seconds, cpuSeconds: said.cpuSeconds, peakMiB: peakMiB() },
    featuresMiB: Math.round((count * width * 4) / 2 ** 20),
    drawnMiB,
  }),
)
