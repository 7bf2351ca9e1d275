// A training step of VGG-19 at 224², on the engine and in PyTorch on the CPU (channels_last), in one run: the
// seconds, their ratio, the peak memory of each, and what the loop adds to the bare step.
//
//   PYTHON=python3 node --conditions=@dml-crc/source --import tsx scripts/benchmark-vgg19.ts [BATCH] [STEPS]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createBackbone } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import type { Batch, Loader } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { allVariables, type Callback, fit, Optimizer, sgd, softmaxTask } from '@dml-crc/trainer'
import * as tf from '@tensorflow/tfjs'

const [size, steps] = [Number(process.argv[2] ?? 8), Number(process.argv[3] ?? 3)]
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** `steps` equal batches, so that no decoding is timed. */
function syntheticLoader(count: number): Loader {
  const prng = Prng.fromSeed(0)
  const images = Uint8Array.from({ length: size * 224 * 224 * 3 }, () => prng.int(256))
  const labels = Int32Array.from({ length: size }, (_, i) => i)
  const batch: Batch = { images, shape: [size, 224, 224, 3], labels, indices: labels }
  let position = 0
  return {
    batches: count,
    skipped: [],
    state: () => ({ epoch: Math.floor(position / count), position: position % count, prng: prng.state() }),
    restore: () => {},
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < count; i++) {
        position++
        yield batch
      }
    },
  }
}

const engine = await loadEngine()
const backbone = await createBackbone('vgg19', { weights: 'none', layers: ['block5_pool'] })
const task = softmaxTask({ backbone, classes: 102, prng: Prng.fromSeed(0) })
const whole: number[] = []
const watch: Callback = { name: 'watch', step: ({ seconds }) => void whole.push(seconds) }
const bare: number[] = []
const optimizer = new Optimizer(sgd())
const variables = allVariables(task.groups)

/** The same steps without the loop around them. */
async function bareSteps(): Promise<void> {
  for await (const { images, shape, labels, indices } of syntheticLoader(steps + 1)) {
    const began = performance.now()
    const batch = { images: tf.tensor4d(images, shape, 'int32'), labels, indices }
    const { value, grads } = tf.variableGrads(() => task.loss(batch), [...variables.values()])
    await value.data()
    const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]]))
    optimizer.apply(task.groups, gradients, 1e-3)
    tf.dispose([value, batch.images])
    bare.push((performance.now() - began) / 1000)
  }
}

// In turns, so that what else the machine does meets both; the first step of each turn warms up.
for (let round = 0; round < 3; round++) {
  const loader = syntheticLoader(steps + 1)
  await fit(task, { loader, epochs: 1, optimizer: sgd(), learningRate: 1e-3, callbacks: [watch] })
  await bareSteps()
}
const timed = (all: number[]) => median(all.filter((_, i) => i % (steps + 1) > 0))
optimizer.dispose()
const { numTensors } = tf.memory()
const peakRssMb = process.resourceUsage().maxRSS / 1024
task.dispose()
backbone.dispose()

const script = fileURLToPath(new URL('./benchmark_vgg19.py', import.meta.url))
const python = process.env.PYTHON ?? 'python3'
const args = [script, `${size}`, `${steps}`, `${engine.threads}`]
const peer = JSON.parse(execFileSync(python, args, { encoding: 'utf8' }))
const seconds = timed(whole)
console.log(
  JSON.stringify(
    {
      engine: { name: engine.name, library: engine.library, threads: engine.threads },
      batch: size,
      seconds,
      peakRssMb,
      peer,
      ratio: { seconds: seconds / peer.seconds, memory: peakRssMb / peer.peakRssMb },
      loopOverhead: seconds / timed(bare) - 1,
      tensors: numTensors,
    },
    null,
    2,
  ),
)
