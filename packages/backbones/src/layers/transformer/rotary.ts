import * as tf from '@tensorflow/tfjs'

/**
 * Rotary position embeddings over the two axes of a map, as DINOv3 has them (Siméoni et al., 2025, after Su et al., "RoFormer",
 * 2021): x [B, h, prefix + side², d] to the same shape. Number i of a token turns with number i + d/2 by the angle
 * 2π·place/base^(4j/d), where the first d/4 pairs take the row and the others the column as place, from −1 to 1. The
 * first `prefix` tokens have no place and stay.
 */
export function rotate(x: tf.Tensor4D, { prefix, base }: { prefix: number; base: number }): tf.Tensor4D {
  const [, , length, size] = x.shape
  const { cosines, sines } = anglesOf(length - prefix, prefix, size, base)
  const half = size / 2
  const turned = tf.concat([tf.neg(tf.slice(x, [0, 0, 0, half])), tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half])], 3)
  return tf.add(
    tf.mul(x, tf.tensor2d(cosines, [length, size])),
    tf.mul(turned, tf.tensor2d(sines, [length, size])),
  ) as tf.Tensor4D
}

function anglesOf(patches: number, prefix: number, size: number, base: number) {
  const side = Math.sqrt(patches)
  const quarter = size / 4
  const cosines = new Float32Array((prefix + patches) * size).fill(1)
  const sines = new Float32Array((prefix + patches) * size)
  for (let patch = 0; patch < patches; patch++) {
    const places = [Math.floor(patch / side), patch % side].map((index) => (2 * (index + 0.5)) / side - 1)
    for (let i = 0; i < size; i++) {
      const j = i % (size / 2)
      const angle = (2 * Math.PI * places[Math.floor(j / quarter)]) / base ** ((4 * (j % quarter)) / size)
      cosines[(prefix + patch) * size + i] = Math.cos(angle)
      sines[(prefix + patch) * size + i] = Math.sin(angle)
    }
  }
  return { cosines, sines }
}
