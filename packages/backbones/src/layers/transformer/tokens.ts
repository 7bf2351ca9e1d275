import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'
import { resizingMatrix } from './position.ts'

export interface TokenOptions {
  /** A learned token before those of the patches, which becomes the description of the whole image. */
  classToken: boolean
  /** Further learned tokens after it, whose output is not used (Darcet et al., ICLR 2024). */
  registers: number
  /** Learned embeddings of the positions, for a map of `side`×`side` patches; other maps get them interpolated. */
  positions?: {
    side: number
    /** Whether the class token has one too. */
    ofClass: boolean
  }
}

/**
 * A map of patches to a row of tokens, the class token and the registers first, the position embeddings added
 * (Dosovitskiy et al., ICLR 2021, eq. 1): [B, H, W, C] with H = W to [B, 1, tokens, C].
 */
export function tokens({ classToken, registers, positions }: TokenOptions): LayerPlan {
  return (scope, channels) => {
    const declare = (unit: string, count: number, initial?: number) =>
      scope.declare({ unit, role: 'value', layout: 'linear', shape: [1, count, channels], initial })
    const first = classToken ? declare('cls_token', 1) : undefined
    const others = registers > 0 ? declare('reg_token', registers) : undefined
    const ofClass = positions?.ofClass ? 1 : 0
    const embedding = positions ? declare('pos_embed', ofClass + positions.side ** 2) : undefined
    const prefix = (classToken ? 1 : 0) + registers

    /** What is added to the tokens, where those of the prefix are still 0: [1, tokens, C]. */
    function added(side: number): tf.Tensor | undefined {
      const learned = [first, others].flatMap((parameter) => (parameter ? [parameter.variable as tf.Tensor] : []))
      if (!embedding) return learned.length > 0 ? tf.pad(tf.concat(learned, 1), rows(0, side ** 2)) : undefined
      const all = embedding.variable as tf.Tensor3D
      const grid = resized(tf.slice(all, [0, ofClass, 0]), positions!.side, side)
      if (learned.length === 0) return grid
      const before = tf.concat(learned, 1)
      if (!ofClass) return tf.concat([before, grid], 1)
      const start = tf.pad(tf.slice(all, [0, 0, 0], [1, 1, -1]), rows(0, registers))
      return tf.concat([tf.add(before, start), grid], 1)
    }

    return {
      channels,
      apply(x) {
        const [, side] = x.shape
        const flat = tf.reshape(x, [-1, side * side, channels])
        // The tokens of the prefix are the same for all images: padding and one sum spare their copies.
        const padded = prefix > 0 ? tf.pad(flat, rows(prefix, 0)) : flat
        const shift = added(side)
        return tf.reshape(shift ? tf.add(padded, shift) : padded, [-1, 1, prefix + side * side, channels])
      },
    }
  }
}

const rows = (before: number, after: number): [number, number][] => [
  [0, 0],
  [before, after],
  [0, 0],
]

/** Position embeddings [1, from², C] for a map of another side, bicubic: [1, to², C]. */
function resized(embeddings: tf.Tensor, from: number, to: number): tf.Tensor {
  if (from === to) return embeddings
  const channels = embeddings.shape[2]!
  const matrix = tf.tensor2d(resizingMatrix(from, to), [to, from])
  const vertical = tf.matMul(matrix, tf.reshape(embeddings, [from, from * channels]) as tf.Tensor2D)
  const turned = tf.transpose(tf.reshape(vertical, [to, from, channels]), [1, 0, 2])
  const both = tf.matMul(matrix, tf.reshape(turned, [from, to * channels]) as tf.Tensor2D)
  return tf.reshape(tf.transpose(tf.reshape(both, [to, to, channels]), [1, 0, 2]), [1, to * to, channels])
}
