import type { Activation } from '../activation.ts'
import { chain, type LayerPlan } from '../layer.ts'
import { linear } from '../linear.ts'
import { layerNorm } from '../norm/layer-norm.ts'
import { layerScale } from '../norm/layer-scale.ts'
import { residual } from '../residual.ts'
import { type AttentionOptions, attention } from './attention.ts'

export interface PerceptronOptions {
  /** How much wider than its ends the middle is. */
  ratio: number
  activation?: Activation
}

/** Two linear layers with an activation between: [B, H, W, C] to the same shape. Units `unit.fc1` and `unit.fc2`. */
export function multilayerPerceptron(unit: string, { ratio, activation = 'gelu' }: PerceptronOptions): LayerPlan {
  return (scope, channels) =>
    chain(linear(`${unit}.fc1`, { units: ratio * channels, activation }), linear(`${unit}.fc2`, { units: channels }))(
      scope,
      channels,
    )
}

export interface TransformerBlockOptions extends AttentionOptions, Partial<PerceptronOptions> {
  /** Of the layer norms. */
  epsilon: number
  /** Names and start of the factors at the end of each half, in networks that have them. */
  scales?: { names: readonly [string, string]; initial: number }
}

/**
 * x + attention(norm(x)), then x + perceptron(norm(x)) (Dosovitskiy et al., ICLR 2021, eq. 2 and 3): [B, 1, T, C] to the same
 * shape.
 */
export function transformerBlock(unit: string, options: TransformerBlockOptions): LayerPlan {
  const { epsilon, scales, ratio = 4, activation } = options
  const half = (index: 0 | 1, layer: LayerPlan) => {
    const scale = scales ? [layerScale(`${unit}.${scales.names[index]}`, scales)] : []
    return residual({ body: chain(layerNorm(`${unit}.norm${index + 1}`, { epsilon }), layer, ...scale) })
  }
  return chain(
    half(0, attention(`${unit}.attn`, options)),
    half(1, multilayerPerceptron(`${unit}.mlp`, { ratio, activation })),
  )
}
