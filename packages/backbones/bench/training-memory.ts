// The largest memory of a process that takes two training steps of VGG-19 (fc7, 224²) with and without recomputing.
// node --conditions=@dml-crc/source --import tsx bench/training-memory.ts [batch]
import { spawnSync } from 'node:child_process'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { createBackbone } from '../src/index.ts'

const [batch = '16', mode] = process.argv.slice(2)

if (mode === undefined) {
  for (const each of ['idle', 'keep', 'recompute']) {
    spawnSync(process.execPath, [...process.execArgv, process.argv[1], batch, each], { stdio: 'inherit' })
  }
} else {
  const { name } = await loadEngine()
  const backbone = await createBackbone('vgg19', { weights: 'none', recompute: mode === 'recompute' })
  const optimizer = tf.train.sgd(1e-6)
  const start = performance.now()
  for (let step = 0; step < 2 && mode !== 'idle'; step++) {
    const images = tf.randomUniform([Number(batch), 224, 224, 3]) as tf.Tensor4D
    optimizer.minimize(() => tf.mean(backbone.forward(images, { training: true })))
    images.dispose()
  }
  const seconds = (performance.now() - start) / 2000
  const gigabytes = process.resourceUsage().maxRSS / 1e6
  console.log(`${name}, batch ${batch}, ${mode}: ${gigabytes.toFixed(2)} GB at most, ${seconds.toFixed(1)} s a step`)
  process.exit(0)
}
