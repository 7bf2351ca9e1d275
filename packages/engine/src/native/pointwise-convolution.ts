import * as tf from '@tensorflow/tfjs'

type Pair = [height: number, width: number]

interface Attributes {
  strides: number | Pair
  pad: unknown
  dataFormat?: string
  activation?: tf.fused.Activation
}
interface Inputs {
  x: tf.Tensor4D
  dy: tf.Tensor4D
  filter: tf.Tensor4D
  bias?: tf.Tensor
  preluActivationWeights?: tf.Tensor
}
type Shapes = Record<'inputShape' | 'filterShape', [number, number, number, number]>

const bothWays = (strides: number | Pair): Pair => (typeof strides === 'number' ? [strides, strides] : strides)

/** [B, H, W, C] to [B·⌈H/stride⌉·⌈W/stride⌉, C]: the positions that a filter of 1×1 looks at. */
function positions(x: tf.Tensor4D, strides: number | Pair): tf.Tensor2D {
  const [height, width] = bothWays(strides)
  const seen = height * width === 1 ? x : tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, height, width, 1])
  return tf.reshape(seen, [-1, x.shape[3]])
}

/** A filter [1, 1, C, F] as a matrix [C, F]. */
const matrixOf = (filter: tf.Tensor4D) => tf.reshape(filter, filter.shape.slice(2) as [number, number])

function forward({ x, filter, bias }: Inputs, { strides, activation }: Attributes): tf.Tensor {
  const [batch, height, width] = x.shape
  const [down, right] = bothWays(strides)
  const product = tf.fused.matMul({ a: positions(x, strides), b: matrixOf(filter), bias, activation })
  return tf.reshape(product, [batch, Math.ceil(height / down), Math.ceil(width / right), filter.shape[3]])
}

function inputGradient({ dy, filter }: Inputs, { strides, inputShape }: Attributes & Shapes): tf.Tensor {
  const [batch, , , channels] = inputShape
  const [down, right] = bothWays(strides)
  const product = tf.matMul(tf.reshape(dy, [-1, dy.shape[3]]), matrixOf(filter), false, true)
  if (down * right === 1) return tf.reshape(product, inputShape)
  // Between the positions that the filter has seen there are others, whose gradient is zero.
  const [rows, columns] = [dy.shape[1], dy.shape[2]]
  const apart = tf.pad(tf.reshape(product, [batch, rows, 1, columns, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, right - 1],
    [0, 0],
  ])
  return tf.slice(tf.reshape(apart, [batch, rows * down, columns * right, channels]), [0, 0, 0, 0], inputShape)
}

const filterGradient = ({ x, dy }: Inputs, { strides, filterShape }: Attributes & Shapes): tf.Tensor =>
  tf.reshape(tf.matMul(positions(x, strides), tf.reshape(dy, [-1, dy.shape[3]]), true), filterShape)

const kernels = {
  Conv2D: forward,
  FusedConv2D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
}

/** Whether a call is a convolution by a filter of 1×1 without padding. */
function isPointwise({ filter }: Inputs, { pad, dataFormat, filterShape }: Attributes & Partial<Shapes>): boolean {
  const [height, width] = filterShape ?? filter.shape
  return height === 1 && width === 1 && (pad === 'same' || pad === 'valid') && dataFormat !== 'NCHW'
}

/**
 * Has TensorFlow compute convolutions by filters of 1×1 as matrix products, which they are. Its own kernel for them divides by
 * the size of the processor's cache, and ends the process where the processor does not tell that (oneDNN 3 in a virtual
 * machine on AMD's family 26); the product is as fast.
 */
export function registerPointwiseConvolutions(): void {
  for (const [kernelName, compute] of Object.entries(kernels)) {
    const own = tf.getKernel(kernelName, 'tensorflow')
    tf.unregisterKernel(kernelName, 'tensorflow')
    tf.registerKernel({
      ...own,
      kernelFunc(call) {
        const inputs = call.inputs as unknown as Inputs
        const attributes = call.attrs as unknown as Attributes & Shapes
        if (!isPointwise(inputs, attributes) || inputs.preluActivationWeights) return own.kernelFunc(call)
        return tf.tidy(() => compute(inputs, attributes))
      },
    })
  }
}
