import * as tf from '@tensorflow/tfjs'

const published = tf.getGradient('AvgPool')!

type PoolingAttributes = Pick<tf.AvgPoolAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>

/**
 * A pooled value is the mean over those pixels of its window that lie in the image. TensorFlow.js' own kernels for the
 * gradient (all but the native one) divide by the whole window's size instead: dy is scaled here by what that is off.
 */
export const averagePoolingGradient: tf.GradFunc = (dy, saved, attributes) => {
  if (tf.getBackend() === 'tensorflow') return published.gradFunc(dy, saved, attributes)
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as PoolingAttributes
  const shape = saved[0]!.shape as [number, number, number, number]
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const rows = offBy(info.outHeight, info.inHeight, info.filterHeight, info.strideHeight, info.padInfo.top)
  const columns = offBy(info.outWidth, info.inWidth, info.filterWidth, info.strideWidth, info.padInfo.left)
  const scale = tf.tidy(() => tf.mul(tf.tensor(rows, [rows.length, 1, 1]), tf.tensor(columns, [columns.length, 1])))
  return published.gradFunc(tf.mul(dy as tf.Tensor, scale), saved, attributes)
}

/** For each window along one side: its size over the number of its pixels in the image. */
function offBy(windows: number, side: number, size: number, stride: number, padding: number): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const first = i * stride - padding
    return size / (Math.min(side, first + size) - Math.max(0, first))
  })
}
