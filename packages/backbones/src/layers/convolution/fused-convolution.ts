import * as tf from '@tensorflow/tfjs'

export interface FusedOptions {
  depthwise: boolean
  stride: number
  pad: 'same' | 'valid'
  activation: 'linear' | 'relu' | 'relu6'
}

/** dy where the activation lets the gradient pass, which its result tells. */
function throughActivation(dy: tf.Tensor, y: tf.Tensor, activation: FusedOptions['activation']): tf.Tensor {
  if (activation === 'linear') return dy
  // The result is nowhere negative: its sign is the step function, which engines make of several maps.
  const positive = tf.mul(dy, tf.sign(y))
  return activation === 'relu' ? positive : tf.mul(positive, tf.cast(tf.less(y, 6), 'float32'))
}

/**
 * y = activation(x ∗ filter + bias): x [B, H, W, C], filter HWIO or HWC1, bias [channels of y]. For the gradient only x and
 * y are kept, and y is the next layer's x; TensorFlow.js keeps the map after each of the three steps, thrice the memory.
 */
export function fusedConvolution(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor,
  options: FusedOptions,
): tf.Tensor4D {
  const { depthwise, stride, pad, activation } = options
  const engine = tf.engine()
  const attributes = {
    strides: [stride, stride],
    pad,
    dataFormat: 'NHWC',
    dilations: [1, 1],
  }
  const kernels = depthwise
    ? [tf.FusedDepthwiseConv2D, tf.DepthwiseConv2dNativeBackpropInput, tf.DepthwiseConv2dNativeBackpropFilter]
    : [tf.FusedConv2D, tf.Conv2DBackpropInput, tf.Conv2DBackpropFilter]
  const run = tf.customGrad((...inputs) => {
    const [input, weights, shift, save] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor, tf.GradSaveFunc]
    const y = engine.runKernel(
      kernels[0],
      { x: input, filter: weights, bias: shift },
      { ...attributes, activation },
    ) as tf.Tensor4D
    save([input, weights, y])
    // tfjs frees what a gradient function leaves behind only when the whole backward pass is over.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => {
        const dz = throughActivation(dy, saved[2], activation)
        const shapes = { inputShape: saved[0].shape, filterShape: saved[1].shape }
        const dInput = engine.runKernel(kernels[1], { dy: dz, filter: saved[1] }, { ...attributes, ...shapes })
        const dFilter = engine.runKernel(kernels[2], { x: saved[0], dy: dz }, { ...attributes, ...shapes })
        return [dInput as tf.Tensor, dFilter as tf.Tensor, tf.sum(dz, [0, 1, 2])]
      })
    return { value: y, gradFunc }
  })
  return run(x, filter, bias) as tf.Tensor4D
}
