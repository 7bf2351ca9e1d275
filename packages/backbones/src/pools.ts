import * as tf from '@tensorflow/tfjs'

/** A head that makes one feature of a whole map, whatever its height and width. */
export interface GlobalPool {
  name: string
  /** Numbers a feature for a map of so many channels. */
  size(channels: number): number
  /** [B, H, W, C] to [B, size(C)]. */
  apply(map: tf.Tensor4D): tf.Tensor2D
}

/** The mean over space. */
export const averagePool: GlobalPool = {
  name: 'average',
  size: (channels) => channels,
  apply: (map) => tf.mean(map, [1, 2]),
}

/**
 * (1/|map| Σ max(x, ε)^p)^(1/p), channel by channel: the mean for p = 1, the maximum as p grows
 * (Radenović, Tolias, Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", TPAMI 2019, eq. 3).
 * A variable as `power` [] is learned with the network.
 */
export function generalisedMeanPool({ power = 3 }: { power?: number | tf.Scalar } = {}): GlobalPool {
  return {
    name: typeof power === 'number' ? `generalised mean ${power}` : 'generalised mean',
    size: (channels) => channels,
    apply: (map) =>
      tf.tidy(() => {
        const positive = tf.maximum(map, 1e-6)
        return tf.pow(tf.mean(tf.pow(positive, power), [1, 2]), tf.div(1, power)) as tf.Tensor2D
      }),
  }
}

/**
 * The mean outer product of the map's columns with themselves, its signed square root, of unit norm
 * (Lin, RoyChowdhury, Maji, "Bilinear CNN Models for Fine-grained Visual Recognition", ICCV 2015, section 3). C² numbers.
 */
export const bilinearPool: GlobalPool = {
  name: 'bilinear',
  size: (channels) => channels ** 2,
  apply: (map) =>
    tf.tidy(() => {
      const [batch, height, width, channels] = map.shape
      const columns = tf.reshape(map, [batch, height * width, channels])
      const products = tf.div(tf.matMul(columns, columns, true, false), height * width)
      const flat = tf.reshape(products, [batch, channels ** 2])
      // The root of a number that is nearly 0 would have a gradient without bound.
      const rooted = tf.mul(tf.sign(flat), tf.sqrt(tf.add(tf.abs(flat), 1e-8)))
      return tf.div(rooted, tf.maximum(tf.norm(rooted, 2, 1, true), 1e-12)) as tf.Tensor2D
    }),
}
