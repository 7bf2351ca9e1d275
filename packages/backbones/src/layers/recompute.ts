import * as tf from '@tensorflow/tfjs'
import type { BuiltBlock } from '../network.ts'
import type { Pass } from './layer.ts'

/** Images that are recomputed at a time: more of them hold more maps at once, and one alone convolves at half the speed. */
const SLICE = 2

/** A dense layer's maps are too small to be worth a second reading of its large kernel, and its dropout differs by image. */
const hasDense = ({ parameters }: BuiltBlock) => parameters.some(({ layout }) => layout === 'dense')

/** Whether one image's output depends on the others. */
const mixesImages = ({ parameters }: BuiltBlock, { liveNorm }: Pass) =>
  liveNorm && parameters.some(({ role }) => role === 'variance')

/**
 * Runs a block so that no map inside it is kept for the gradient: the backward pass computes the block once more
 * (Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016, section 3), a few images at a time
 * unless live batch norm ties them together. It costs one more forward pass, and keeps one map per block. A block with a
 * dense layer is run as always.
 */
export function recomputed(block: BuiltBlock, x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
  const { layer, parameters } = block
  if (hasDense(block)) return layer.apply(x, pass)
  const variables = parameters.map(({ variable }) => variable!).filter(({ trainable }) => trainable)
  const again: Pass = { ...pass, moveStatistics: false }
  const size = mixesImages(block, pass) ? x.shape[0] : SLICE
  const gradients = tf.grads((input) => layer.apply(input as tf.Tensor4D, again))
  const run = tf.customGrad((...inputs) => {
    const [input, save] = [inputs[0] as tf.Tensor4D, inputs.at(-1) as tf.GradSaveFunc]
    save([input])
    const [value] = bySlices([input], size, ([part]) => [layer.apply(part as tf.Tensor4D, pass)])
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      onInnerTape(() => bySlices([saved, dy], size, ([part, dPart]) => gradients([part, ...variables], dPart)))
    return { value: value as tf.Tensor4D, gradFunc }
  })
  return run(x, ...variables) as tf.Tensor4D
}

/** tfjs has one tape: an inner gradient would take it away from the outer one, which still has to clear it. */
function onInnerTape<T>(compute: () => T): T {
  const { state } = tf.engine()
  const tape = state.activeTape
  try {
    return compute()
  } finally {
    state.activeTape = tape
  }
}

/**
 * Computes from `size` images of each of `inputs` [B, …] at a time: of the first result the concatenation [B, …], of each
 * further one the sum.
 */
function bySlices(
  inputs: readonly tf.Tensor[],
  size: number,
  compute: (parts: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor[] {
  const [batch] = inputs[0].shape
  if (batch <= size) return tf.tidy(() => compute([...inputs]))
  const parts: tf.Tensor[] = []
  let sums: tf.Tensor[] = []
  for (let start = 0; start < batch; start += size) {
    const slice = (of: tf.Tensor) => tf.slice(of, start, Math.min(size, batch - start))
    const [part, ...rest] = tf.tidy(() => compute(inputs.map(slice)))
    parts.push(part)
    const earlier = sums
    sums = start === 0 ? rest : tf.tidy(() => rest.map((each, i) => tf.add(earlier[i], each)))
    if (start > 0) tf.dispose([earlier, rest])
  }
  const whole = tf.concat(parts, 0)
  tf.dispose(parts)
  return [whole, ...sums]
}

/** Runs a block of which nothing is trained, keeping nothing for a gradient; none flows back to its input. */
export function frozen({ layer }: BuiltBlock, x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
  const stored = { ...pass, liveNorm: false }
  const run = tf.customGrad((input) => ({
    value: layer.apply(input as tf.Tensor4D, stored),
    gradFunc: (_dy: tf.Tensor) => tf.zeros(x.shape),
  }))
  return run(x) as tf.Tensor4D
}
