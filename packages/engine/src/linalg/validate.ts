import { InputError } from '@dml-crc/core/errors'
import type * as tf from '@tensorflow/tfjs'

const text = (t: tf.Tensor) => `[${t.shape.join(', ')}] ${t.dtype}`

/** Throws {@link InputError} unless `a` is float32 of shape [..., n, n]. */
export function requireSquare(what: string, a: tf.Tensor): void {
  if (a.rank >= 2 && a.shape.at(-1) === a.shape.at(-2) && a.dtype === 'float32') return
  throw new InputError(what, {
    expected: 'a square matrix or a batch of them, [..., n, n] float32',
    received: text(a),
    remedy: 'Give a tensor whose last two dimensions are equal.',
  })
}

/** Throws {@link InputError} unless `a` is [..., n, n] and `b` is [..., n, k] with the same leading dimensions. */
export function requireSystem(what: string, a: tf.Tensor, b: tf.Tensor): void {
  requireSquare(what, a)
  const fits =
    b.rank === a.rank && b.dtype === 'float32' && a.shape.slice(0, -1).every((size, i) => b.shape[i] === size)
  if (fits) return
  throw new InputError(`${what}, right-hand side`, {
    expected: `[${a.shape.slice(0, -1).join(', ')}, k] float32 to go with a matrix ${text(a)}`,
    received: text(b),
    remedy: 'Reshape a vector to one column, and repeat a right-hand side for each matrix of a batch.',
  })
}
