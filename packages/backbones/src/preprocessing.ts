import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { z } from 'zod'

const deviation = z.number().refine((value) => value !== 0, 'must not be zero')

/**
 * How images become the input of a network. The part of the image that is tested: `crop` and `interpolation`, for whoever decodes it;
 * numbers 0..255 to (x − mean) / deviation, channel by channel: what the network does itself.
 */
export const Preprocessing = z.strictObject({
  /** Side of the square in the middle that is shown in testing, as a share of the image's short side. */
  crop: z.number().positive(),
  /** The filter by which images are resized; both as wide as the reduction needs (antialiased). */
  interpolation: z.enum(['bilinear', 'bicubic']),
  /** Order of the channels that the network, and so `mean` and `deviation`, expect. Images always come as RGB. */
  channels: z.enum(['rgb', 'bgr']),
  mean: z.tuple([z.number(), z.number(), z.number()]).readonly(),
  deviation: z.tuple([deviation, deviation, deviation]).readonly(),
})
export type Preprocessing = z.infer<typeof Preprocessing>

/** PyTorch's for ImageNet: RGB, mean and deviation of the training set. */
export const imagenetRgb: Preprocessing = {
  crop: 0.875,
  interpolation: 'bilinear',
  channels: 'rgb',
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
}

/** Caffe's and Keras' for VGG and the first ResNets: BGR minus the mean of the training set. */
export const imagenetBgr: Preprocessing = {
  crop: 0.875,
  interpolation: 'bilinear',
  channels: 'bgr',
  mean: [103.939, 116.779, 123.68],
  deviation: [1, 1, 1],
}

/** TensorFlow's for the MobileNets: −1..1. */
export const minusOneToOne: Preprocessing = {
  crop: 0.875,
  interpolation: 'bilinear',
  channels: 'rgb',
  mean: [127.5, 127.5, 127.5],
  deviation: [127.5, 127.5, 127.5],
}

/** timm's for ImageNet: as {@link imagenetRgb}, resized by cubic interpolation. */
export const bicubicRgb: Preprocessing = { ...imagenetRgb, interpolation: 'bicubic' }

/** timm's for networks that come from TensorFlow: as {@link minusOneToOne}, resized by cubic interpolation. */
export const bicubicMinusOneToOne: Preprocessing = { ...minusOneToOne, interpolation: 'bicubic' }

/** A stable text that two preprocessings share exactly when they do the same to decoded images; part of the key of cached features. */
export const preprocessingId = ({ channels, mean, deviation }: Preprocessing): string =>
  `${channels}-[${mean}]/[${deviation}]`

/** Images [B, H, W, 3] of RGB 0..255, checked by {@link checkImages}, to the input of the network. */
export function applyPreprocessing(images: tf.Tensor4D, { channels, mean, deviation }: Preprocessing): tf.Tensor4D {
  return tf.tidy(() => {
    const floats = tf.cast(images, 'float32')
    const ordered = channels === 'bgr' ? tf.reverse(floats, 3) : floats
    const scale = deviation.map((value) => 1 / value)
    const shift = mean.map((value, i) => -value / deviation[i])
    return tf.add(tf.mul(ordered, scale), shift) as tf.Tensor4D
  })
}

/**
 * @throws {InputError} when the shape is not [B, size, size, 3], or a number is outside 0..255, or all are within 0..1
 * though they are floats. On webgpu, where no number can be read back at once, the range is not checked.
 */
export function checkImages(images: tf.Tensor4D, size: number): void {
  checkShape(images, size)
  if (tf.getBackend() === 'webgpu') return
  const [low, high] = tf.tidy(() => [tf.min(images).dataSync()[0], tf.max(images).dataSync()[0]])
  const looksScaled = images.dtype === 'float32' && high <= 1 && high > 0
  if (low >= 0 && high <= 255 && !looksScaled) return
  throw new InputError('images', {
    expected: 'RGB numbers from 0 to 255',
    received: `numbers from ${low} to ${high}`,
    remedy: looksScaled
      ? 'Multiply them by 255: the backbone scales them itself.'
      : 'Pass images as they are decoded: the backbone scales them itself.',
  })
}

/**
 * The short side in pixels to which an image is resized before the square of side `size` is cut out of its middle, as timm
 * computes it.
 */
export const shortSideFor = ({ crop }: Preprocessing, size: number): number => Math.floor(size / crop)

/** @throws {InputError} when the shape is not [B, size, size, 3]. */
export function checkShape(images: tf.Tensor4D, size: number): void {
  const [, height, width, channels] = images.shape
  if (images.rank === 4 && height === size && width === size && channels === 3) return
  throw new InputError('images', {
    expected: `a tensor of shape [images, ${size}, ${size}, 3]`,
    received: `[${images.shape}]`,
    remedy:
      images.rank === 4 && images.shape[1] === 3
        ? 'Move the channels to the end: tf.transpose(images, [0, 2, 3, 1]).'
        : 'Crop or resize the images to that size, or pass inputSize to createBackbone.',
  })
}
