// Time and peak memory of one gradient of the loss over a bank: N=100,000, d=512, r=256, batch 256, 1000 classes.
// Run: node --conditions=@dml-crc/source --import tsx packages/metric/bench/bank-memory.ts
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { collaborativeObjective } from '@dml-crc/metric'

const { tf, name } = await loadEngine()
const [count, width, rank, batch, classes] = [100_000, 512, 256, 256, 1000]
const labels = Int32Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count))
const own = Int32Array.from({ length: batch }, (_, i) => i * 390)
// Made on the engine, so that no copy on the host counts.
const dictionary = tf.tidy(() => {
  const phases = tf.matMul(
    tf.randomNormal([count, 8], 0, 3, 'float32', 1),
    tf.randomNormal([8, width], 0, 3, 'float32', 2),
  )
  return tf.div(tf.sin(phases), Math.sqrt(width / 2)) as ReturnType<typeof tf.tensor2d>
})
const queries = tf.gather(dictionary, tf.tensor1d(own, 'int32'))
const objective = await collaborativeObjective({
  dim: width,
  rank,
  init: 'random',
  prng: Prng.fromSeed(0),
  lambda: 1,
  temperature: 1,
})
for (let turn = 0; turn < 2; turn++) {
  const start = performance.now()
  const { value, grads } = tf.tidy(() =>
    tf.variableGrads(
      () =>
        objective.loss({
          queries,
          labels: own.map((i) => labels[i]),
          dictionary,
          dictionaryLabels: labels,
          groups: { queries: own, dictionary: Array.from(labels.keys()) },
        }),
      [...objective.parameters.variables.values()],
    ),
  )
  const [loss] = await value.data()
  tf.dispose([value, grads])
  console.log(`${name}: loss ${loss.toFixed(4)}, ${((performance.now() - start) / 1000).toFixed(2)} s`)
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
