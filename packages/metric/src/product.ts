import * as tf from '@tensorflow/tfjs'

interface Transposed {
  a?: boolean
  b?: boolean
}

/** The wasm kernel is about twelve times slower on transposed operands than a transpose and a plain product. */
function multiply(a: tf.Tensor2D, b: tf.Tensor2D, { a: ofA = false, b: ofB = false }: Transposed): tf.Tensor2D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, ofA, ofB)
  return tf.tidy(() => tf.matMul(ofA ? tf.transpose(a) : a, ofB ? tf.transpose(b) : b))
}

/**
 * The matrix product a·b, with either factor transposed first; differentiable.
 * The same as `tf.matMul`, forward and backward, but at full speed on every engine.
 */
export function product(a: tf.Tensor2D, b: tf.Tensor2D, transposed: Transposed = {}): tf.Tensor2D {
  const { a: ofA = false, b: ofB = false } = transposed
  const op = tf.customGrad((...args) => {
    const [left, right] = args as tf.Tensor2D[]
    const save = args[2] as unknown as tf.GradSaveFunc
    save([left, right])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [left, right] = saved as tf.Tensor2D[]
      const d = dy as tf.Tensor2D
      return [
        ofA ? multiply(right, d, { a: ofB, b: true }) : multiply(d, right, { b: !ofB }),
        ofB ? multiply(d, left, { a: true, b: ofA }) : multiply(left, d, { a: !ofA }),
      ]
    }
    return { value: multiply(left, right, transposed), gradFunc }
  })
  return op(a, b) as tf.Tensor2D
}
