import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { splitActivation } from './activation.ts'
import type { Kernel } from './kernel.ts'
import { multiply } from './product.ts'

/**
 * Batched a·b, either transposed, batch dimensions broadcast, with bias and activation where they are fused. The
 * backend's own is fast only for one pair that is not transposed.
 */
const batchMatMul: Kernel = (jobs, call) => {
  const { inputs, attrs, backend, address } = call
  const { a, b, bias } = inputs
  const { transposeA, transposeB } = attrs
  const { activation, follow } = splitActivation(call)
  if (a!.dtype !== 'float32' || b!.dtype !== 'float32') {
    throw new EngineError('matMul on wasm', {
      expected: 'two float32 tensors',
      received: `${a!.dtype} and ${b!.dtype}`,
      remedy: "Cast them with tf.cast(x, 'float32').",
    })
  }
  const [aRows, aColumns] = a!.shape.slice(-2) as [number, number]
  const [bRows, bColumns] = b!.shape.slice(-2) as [number, number]
  const m = transposeA ? aColumns : aRows
  const k = transposeA ? aRows : aColumns
  const n = transposeB ? bRows : bColumns
  const batchA = a!.shape.slice(0, -2)
  const batchB = b!.shape.slice(0, -2)
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB)
  const out = backend.makeOutput([...batch, m, n], 'float32')
  const [sourceA, sourceB] = [broadcastIndex(batchA, batch), broadcastIndex(batchB, batch)]
  for (let i = 0; i < tf.util.sizeFromShape(batch); i++) {
    multiply(jobs, {
      m,
      n,
      k,
      a: {
        address: address(a!) + 4 * sourceA(i) * aRows * aColumns,
        rowStride: transposeA ? 1 : aColumns,
        columnStride: transposeA ? aColumns : 1,
      },
      b: {
        address: address(b!) + 4 * sourceB(i) * bRows * bColumns,
        rowStride: transposeB ? 1 : bColumns,
        columnStride: transposeB ? bColumns : 1,
      },
      c: address(out) + 4 * i * m * n,
      bias: bias ? address(bias) : 0,
      activation,
    })
  }
  return follow(out)
}

/** Which matrix of a batch of shape `from` belongs to number `i` of the broadcast batch `to`. */
function broadcastIndex(from: number[], to: number[]): (i: number) => number {
  if (tf.util.arraysEqual(from, to)) return (i) => i
  return (i) => {
    let index = 0
    let stride = 1
    for (let d = to.length - 1, f = from.length - 1; f >= 0; d--, f--) {
      const at = i % to[d]!
      i = Math.floor(i / to[d]!)
      if (from[f]! > 1) index += at * stride
      stride *= from[f]!
    }
    return index
  }
}

/** The backend has none. */
const einsum: Kernel = (_, { attrs }) => {
  throw new EngineError(`einsum('${attrs.equation}') on wasm`, {
    expected: 'an engine with that operation',
    received: 'one without',
    remedy: 'Write it with tf.matMul, or use the native engine (`dml-crc engine install`).',
  })
}

export const matrixKernels: Record<string, Kernel> = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: batchMatMul,
  Einsum: einsum,
}
