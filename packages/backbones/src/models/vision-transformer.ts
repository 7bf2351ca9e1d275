import type { Activation } from '../layers/activation.ts'
import { patches } from '../layers/convolution/patches.ts'
import { chain } from '../layers/layer.ts'
import { layerNorm } from '../layers/norm/layer-norm.ts'
import { attentionPool } from '../layers/transformer/attention-pool.ts'
import { transformerBlock } from '../layers/transformer/block.ts'
import { type TokenOptions, tokens } from '../layers/transformer/tokens.ts'
import { classTokenPool } from '../pools.ts'
import type { Preprocessing } from '../preprocessing.ts'
import { type BackboneRecord, type Block, defineBackbone } from '../record.ts'
import { type Naming, torchDialect } from '../weights/naming.ts'

/** Table 1 of Dosovitskiy et al., ICLR 2021, and Touvron et al., ICML 2021 (small); all are 12 blocks deep. */
const SIZES = { small: { width: 384, heads: 6 }, base: { width: 768, heads: 12 } } as const
const DEPTH = 12

export interface TransformerShape extends TokenOptions {
  size: keyof typeof SIZES
  /** Side of a patch in pixels. */
  patch: number
  /** Of the layer norms; 1e-6 where left out. */
  epsilon?: number
  activation?: Activation
  /** A layer norm before the first block, as CLIP has it, whose patches then have no bias. */
  normFirst?: boolean
  scales?: { names: readonly [string, string]; initial: number }
  /** The base of rotary position embeddings, where it has them; its queries, keys and values then have no bias. */
  rotary?: number
  /** A learned query gathers the feature at the end. */
  attentionPool?: boolean
}

function blocksOf(shape: TransformerShape): Block[] {
  const { size, patch, epsilon = 1e-6, activation, normFirst, scales, rotary: base } = shape
  const { width, heads } = SIZES[size]
  const prefixTokens = (shape.classToken ? 1 : 0) + shape.registers
  const rotary = base ? { prefix: prefixTokens, base } : undefined
  const common = { size: width, prefixTokens }
  const norm = (unit: string) => layerNorm(unit, { epsilon })
  const embedding = [patches('patch_embed.proj', { side: patch, filters: width, bias: !normFirst }), tokens(shape)]
  const body = Array.from({ length: DEPTH }, (_, i): Block => {
    const options = { heads, epsilon, activation, scales, rotary, bias: !rotary }
    return { ...common, name: `block${i + 1}`, plan: transformerBlock(`blocks.${i}`, options) }
  })
  const pool: Block = {
    name: 'attention_pool',
    size: width,
    plan: attentionPool('attn_pool', { heads, epsilon }),
  }
  return [
    { ...common, name: 'embedding', plan: chain(...embedding, ...(normFirst ? [norm('norm_pre')] : [])) },
    ...body,
    { ...common, name: 'norm', plan: norm('norm') },
    ...(shape.attentionPool ? [pool] : []),
  ]
}

/** timm's names are those of the units. */
const timm = (preprocessing: Preprocessing): Naming => ({
  name: 'timm',
  framework: 'torch',
  dialect: torchDialect,
  preprocessing,
  unit: (unit) => ({ layer: unit }),
  classifier: /^(head|fc_norm)\.|^mask_token$/,
})

/** A vision transformer as timm builds it, whose features are its class token unless it gathers them by attention. */
export function visionTransformer(
  shape: TransformerShape,
  about: Pick<BackboneRecord, 'name' | 'title' | 'paper' | 'inputSize' | 'preprocessing' | 'weights'>,
): BackboneRecord {
  return defineBackbone({
    ...about,
    // Attention needs two patches to compare where there is no class token.
    minimumSize: 2 * shape.patch,
    sideStep: shape.patch,
    blocks: blocksOf(shape),
    defaultLayer: shape.attentionPool ? 'attention_pool' : 'norm',
    pool: shape.classToken ? classTokenPool : undefined,
    dialect: torchDialect,
    namings: [timm(about.preprocessing)],
  })
}
