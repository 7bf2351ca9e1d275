import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'
import { linear } from '../linear.ts'
import { attend } from './attend.ts'
import { rotate } from './rotary.ts'

export interface AttentionOptions {
  heads: number
  /** Whether queries, keys and values have a bias; true where left out. */
  bias?: boolean
  /** Turns queries and keys by their place in the map, all but the first `prefix` tokens. */
  rotary?: { prefix: number; base: number }
}

/**
 * Multi-head self-attention (Vaswani et al., NIPS 2017, section 3.2.2): [B, 1, T, C] to the same shape. Units `unit.qkv` and
 * `unit.proj`.
 */
export function attention(unit: string, { heads, bias = true, rotary }: AttentionOptions): LayerPlan {
  return (scope, channels) => {
    const project = linear(`${unit}.qkv`, { units: 3 * channels, bias })(scope, channels)
    const out = linear(`${unit}.proj`, { units: channels })(scope, channels)
    return {
      channels,
      apply(x, pass) {
        const all = splitHeads(project.apply(x, pass), 3 * heads)
        const part = (index: number) => tf.slice(all, [0, index * heads], [-1, heads])
        const [q, k] = [part(0), part(1)].map((each) => (rotary ? rotate(each, rotary) : each))
        return out.apply(joinHeads(attend(q, k, part(2))), pass)
      },
    }
  }
}

/** [B, 1, T, h·d] to [B, h, T, d]. */
export function splitHeads(x: tf.Tensor4D, heads: number): tf.Tensor4D {
  const [, , length, channels] = x.shape
  return tf.transpose(tf.reshape(x, [-1, length, heads, channels / heads]), [0, 2, 1, 3])
}

/** [B, h, T, d] to [B, 1, T, h·d]. */
export function joinHeads(x: tf.Tensor4D): tf.Tensor4D {
  const [, heads, length, size] = x.shape
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [-1, 1, length, heads * size])
}
