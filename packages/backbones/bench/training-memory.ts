// The memory of a step of gradient descent on VGG-19 (224², fc7 or another layer) with and without recomputing, each in a process of its own:
// the largest resident set before and during the step, which Linux tells, and the seconds of the step.
// node --expose-gc --conditions=@dml-crc/source --import tsx bench/training-memory.ts [batch [layer]]
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { createBackbone } from '../src/index.ts'

const [batch = '16', layer = 'fc7', mode] = process.argv.slice(2)

if (mode === undefined) {
  for (const each of ['keep', 'recompute']) {
    spawnSync(process.execPath, [...process.execArgv, process.argv[1], batch, layer, each], { stdio: 'inherit' })
  }
} else {
  const { name } = await loadEngine()
  const backbone = await createBackbone('vgg19', { weights: 'none', layer, recompute: mode === 'recompute' })
  const random = (images: number) => tf.randomUniform([images, 224, 224, 3]) as tf.Tensor4D

  // The engine takes the weights over when they are first used.
  tf.tidy(() => backbone.forward(random(1)))
  globalThis.gc?.()
  peakSince()
  const before = peakSince()

  const start = performance.now()
  const images = random(Number(batch))
  const { value, grads } = tf.variableGrads(() => tf.mean(backbone.forward(images, { training: true })))
  const gradients = peakSince()
  for (const variable of backbone.variables.values()) {
    const change = tf.mul(grads[variable.name], 1e-6)
    grads[variable.name].dispose()
    const moved = tf.sub(variable, change)
    change.dispose()
    variable.assign(moved)
    moved.dispose()
  }
  value.dispose()
  const seconds = (performance.now() - start) / 1000
  const figures = `${before} GB before, ${gradients} for the gradients, ${peakSince()} to apply them`
  console.log(`${name}, ${layer}, batch ${batch}, ${mode}: ${figures}; ${seconds.toFixed(1)} s per step`)
  process.exit(0)
}

/** The largest resident set since the last call, in GB. */
function peakSince(): string {
  const [, kilobytes] = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)!
  writeFileSync('/proc/self/clear_refs', '5')
  return ((Number(kilobytes) * 1024) / 1e9).toFixed(2)
}
