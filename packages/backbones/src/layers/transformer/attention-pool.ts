import * as tf from '@tensorflow/tfjs'
import { chain, type LayerPlan } from '../layer.ts'
import { linear } from '../linear.ts'
import { layerNorm } from '../norm/layer-norm.ts'
import { residual } from '../residual.ts'
import { attend } from './attend.ts'
import { joinHeads, splitHeads } from './attention.ts'
import { multilayerPerceptron } from './block.ts'

/**
 * One token that a learned query takes from all tokens by attention, then a residual perceptron (Zhai, Kolesnikov, Houlsby, Beyer,
 * "Scaling Vision Transformers", CVPR 2022, section 3.2): [B, 1, T, C] to [B, 1, 1, C].
 */
export function attentionPool(unit: string, { heads, epsilon }: { heads: number; epsilon: number }): LayerPlan {
  return (scope, channels) => {
    const latent = scope.declare({ unit: `${unit}.latent`, role: 'value', layout: 'linear', shape: [1, 1, channels] })
    const query = linear(`${unit}.q`, { units: channels })(scope, channels)
    const keysAndValues = linear(`${unit}.kv`, { units: 2 * channels })(scope, channels)
    const after = chain(
      linear(`${unit}.proj`, { units: channels }),
      residual({
        body: chain(layerNorm(`${unit}.norm`, { epsilon }), multilayerPerceptron(`${unit}.mlp`, { ratio: 4 })),
      }),
    )(scope, channels)
    return {
      channels,
      apply(x, pass) {
        const all = splitHeads(keysAndValues.apply(x, pass), 2 * heads)
        const part = (index: number) => tf.slice(all, [0, index * heads], [-1, heads])
        const one = splitHeads(query.apply(tf.reshape(latent.variable!, [1, 1, 1, channels]), pass), heads)
        // The query is the same for all images; a sum with zeros gives it a row for each.
        const zeros = tf.mul(tf.slice(part(0), [0, 0, 0, 0], [-1, -1, 1, -1]), 0)
        return after.apply(joinHeads(attend(tf.add(zeros, one), part(0), part(1))), pass)
      },
    }
  }
}
