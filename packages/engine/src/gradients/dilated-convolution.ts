import * as tf from '@tensorflow/tfjs'

type Pair = [number, number]
type ConvolutionAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode' | 'dilations'>

/**
 * The gradient of a convolution that may have a dilation above one, which TensorFlow.js lacks: that of an ordinary
 * convolution with the filter W [kh, kw, in, out] spread out, zeros between its taps, to [(kh−1)·d+1, (kw−1)·d+1, in, out].
 */
export function dilatedGradient(kernel: 'Conv2D' | 'DepthwiseConv2dNative'): tf.GradFunc {
  const { gradFunc: published } = tf.getGradient(kernel)!
  return (dy, saved, attributes) => {
    const { dilations, ...others } = attributes as unknown as ConvolutionAttributes
    const dilation: Pair = typeof dilations === 'number' ? [dilations, dilations] : (dilations as Pair)
    if (dilation[0] === 1 && dilation[1] === 1) return published(dy, saved, attributes)
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D]
    const run = (part: 'Input' | 'Filter', inputs: Record<string, tf.Tensor>, shape: object) => {
      const ordinary = { ...others, dilations: [1, 1], ...shape } as unknown as tf.NamedAttrMap
      return tf.engine().runKernel(`${kernel}Backprop${part}`, inputs, ordinary) as tf.Tensor4D
    }
    return {
      x: () =>
        tf.tidy(() => run('Input', { dy: dy as tf.Tensor, filter: spread(filter, dilation) }, { inputShape: x.shape })),
      filter: () =>
        tf.tidy(() => {
          const filterShape = spreadShape(filter.shape, dilation)
          return taps(run('Filter', { x, dy: dy as tf.Tensor }, { filterShape }), dilation)
        }),
    }
  }
}

const spreadShape = ([height, width, inputs, outputs]: number[], [down, across]: Pair) =>
  [(height! - 1) * down + 1, (width! - 1) * across + 1, inputs!, outputs!] as [number, number, number, number]

/** Zeros between the taps of a filter, first between its columns. */
function spread(filter: tf.Tensor4D, [down, across]: Pair): tf.Tensor4D {
  const [height, width, inputs, outputs] = filter.shape
  const columns = zerosAfterEach(tf.reshape(filter, [height * width, 1, inputs * outputs]), across - 1)
  const rows = zerosAfterEach(tf.reshape(columns, [height, 1, width * across * inputs * outputs]), down - 1)
  const whole = tf.reshape(rows, [height * down, width * across, inputs, outputs])
  return tf.slice(whole, 0, spreadShape(filter.shape, [down, across])) as tf.Tensor4D
}

// Of rank 3, since webgpu pads no rank above 4.
const zerosAfterEach = (blocks: tf.Tensor3D, count: number) =>
  tf.pad(blocks, [
    [0, 0],
    [0, count],
    [0, 0],
  ])

/** The taps of a spread filter. */
const taps = (spread: tf.Tensor4D, [down, across]: Pair) =>
  tf.stridedSlice(spread, [0, 0, 0, 0], spread.shape, [down, across, 1, 1]) as tf.Tensor4D
