import { setFlagsFromString } from 'node:v8'
import { FLOP, network } from '../networks.mjs'
import { here, memory, onWasm, peer, secondsOf, speed } from '../sides.mjs'

/** Loss, gradients of all variables, SGD with momentum and what the task does after a batch: as `fit` of the trainer at each step. */
async function steps({ tf, library, task, images }) {
  const { allVariables, Optimizer, sgd } = await import('../../../packages/trainer/src/index.ts')
  const variables = [...allVariables(task.groups)]
  const optimizer = new Optimizer(sgd())
  const labels = Int32Array.from({ length: images.shape[0] }, (_, i) => i)
  const batch = { images, labels, indices: labels }
  const run = async () => {
    const { value, grads } = tf.variableGrads(
      () => task.loss(batch),
      variables.map(([, variable]) => variable),
    )
    await value.data()
    optimizer.apply(task.groups, new Map(variables.map(([name, variable]) => [name, grads[variable.name]])), 1e-3)
    value.dispose()
    await task.afterBatch?.(batch)
    // The engine works in the order it is asked to: when this number is there, the weights are.
    await tf.tidy(() => tf.sum(variables[0][1])).data()
  }
  return { library, run }
}

/** Softmax over 102 classes. */
async function softmaxStep(request) {
  const { tf, library, backbone, images } = await network(request)
  const { softmaxTask } = await import('../../../packages/trainer/src/index.ts')
  const { Prng } = await import('../../../packages/core/src/index.ts')
  const task = softmaxTask({ backbone, classes: 102, prng: Prng.fromSeed(0) })
  return steps({ tf, library, task, images: images(request.size.batch) })
}

/** DML-CRC over a bank of the features of as many images as the paper trains on. */
async function bankStep(request) {
  const { tf, library, backbone, images } = await network(request)
  const { dmlCrcTask } = await import('../../../packages/trainer/src/index.ts')
  const { collaborativeObjective } = await import('../../../packages/metric/src/index.ts')
  const { centerCrop } = await import('../../../packages/datasets/src/index.ts')
  const { Prng } = await import('../../../packages/core/src/index.ts')
  const { batch, bank, classes } = request.size
  const prng = Prng.fromSeed(0)
  const records = Array.from({ length: bank }, (_, i) => ({ id: `${i}`, path: `${i}`, label: i % classes }))
  const start = { dim: backbone.featureSize, rank: 256, init: 'random', prng, lambda: 1, temperature: 10 }
  const objective = await collaborativeObjective(start)
  const task = dmlCrcTask({ backbone, records, transform: centerCrop({ size: 224 }), objective })
  const row = Float32Array.from(
    { length: backbone.featureSize },
    () => prng.uniform() / Math.sqrt(backbone.featureSize),
  )
  for (let i = 0; i < bank; i++)
    task.bank.put(
      [i],
      row.map((value) => value * (0.5 + prng.uniform())),
    )
  return steps({ tf, library, task, images: images(batch) })
}

/** Gradients in a layer's weights and in its input cost a forward pass each. */
const work = ({ network: name, batch }) => ({ amount: 3 * FLOP[name] * batch, unit: 'FLOP' })
const label = ({ network: name, batch }) => `${name}, batch ${batch}`

/** Blocks are run again for their gradient: the maps inside them need not be kept. */
const recomputedStep = (request) => softmaxStep({ ...request, recompute: true })

export const vgg19Step = {
  name: 'vgg19-step',
  title: 'training step',
  label,
  work,
  sizes: (quick) => [{ network: 'vgg19', batch: quick ? 1 : 8 }],
  repeats: 4,
  sides: [
    here(recomputedStep),
    { ...here(softmaxStep), name: 'here, nothing recomputed' },
    peer('PyTorch', 'training_step.py'),
  ],
  targets: () => [
    { what: 'speed, of the best peer', measured: speed, atLeast: 1 },
    { what: 'peak memory, of the best peer', measured: memory, atMost: 1.2 },
  ],
}

/** Node 20 has relaxed SIMD behind a flag, later ones have it without: there the side `wasm` is the same as this one. */
function relaxedStep(request) {
  setFlagsFromString('--experimental-wasm-relaxed-simd')
  return softmaxStep(request)
}

const RELAXED = 'wasm, relaxed SIMD'
const wasmToNative = (row) => secondsOf(RELAXED)(row) / secondsOf('here')(row)

export const vgg19StepOnWasm = {
  name: 'vgg19-step-wasm',
  title: 'training step, wasm beside the engine',
  label,
  work,
  sizes: (quick) => [{ network: 'vgg19', batch: quick ? 1 : 8 }],
  repeats: 2,
  sides: [here(softmaxStep), onWasm(softmaxStep), { ...onWasm(relaxedStep), name: RELAXED }],
  targets: () => [{ what: 'wasm with relaxed SIMD, times the engine', measured: wasmToNative, atMost: 3.5 }],
}

export const mobilenetStep = {
  name: 'mobilenet-step',
  title: 'training step',
  label,
  work,
  sizes: (quick) => [{ network: 'mobilenet_v1', batch: quick ? 1 : 8 }],
  repeats: 4,
  sides: [here(softmaxStep), peer('PyTorch', 'training_step.py')],
}

/** A network of timm's beside timm itself. */
const timmStep = (name, network) => ({
  name,
  title: 'training step',
  label,
  work,
  sizes: (quick) => [{ network, batch: quick ? 1 : 8 }],
  repeats: 5,
  sides: [here(softmaxStep), peer('timm', 'training_step.py')],
  targets: () => [{ what: 'speed, of the best peer', measured: speed, atLeast: 0.8 }],
})

export const vitStep = timmStep('vit-step', 'vit_small_patch14_dinov2')
export const convnextStep = timmStep('convnext-step', 'convnext_tiny')

const overBare = (row) => secondsOf('here')(row) / secondsOf('softmax')(row) - 1

export const bankOfThePaper = {
  name: 'bank-step',
  title: 'training step with a bank of the paper’s size',
  label: ({ batch, bank, layer }) => `vgg19 to ${layer}, batch ${batch}, ${bank} rows`,
  sizes: (quick) => [
    quick
      ? { network: 'vgg19', layer: 'block5_pool', batch: 1, bank: 40, classes: 4 }
      : { network: 'vgg19', layer: 'fc7', batch: 8, bank: 5994, classes: 200 },
  ],
  repeats: 3,
  sides: [here(bankStep), { ...here(softmaxStep), name: 'softmax' }],
  targets: () => [{ what: 'more time than the network with softmax', measured: overBare, atMost: 0.25, unit: 'of it' }],
}
