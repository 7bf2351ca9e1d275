import { convolution } from '../layers/convolution/convolution.ts'
import { patches } from '../layers/convolution/patches.ts'
import { globalAverage } from '../layers/convolution/pooling.ts'
import { chain, type LayerPlan } from '../layers/layer.ts'
import { linear } from '../layers/linear.ts'
import { layerNorm } from '../layers/norm/layer-norm.ts'
import { layerScale } from '../layers/norm/layer-scale.ts'
import { responseNorm } from '../layers/norm/response-norm.ts'
import { residual } from '../layers/residual.ts'
import { multilayerPerceptron } from '../layers/transformer/block.ts'
import type { Preprocessing } from '../preprocessing.ts'
import { bicubicRgb } from '../preprocessing.ts'
import { type BackboneRecord, type Block, defineBackbone } from '../record.ts'
import { type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

/** Blocks of each stage: section 3 of the first paper. */
const TINY = [3, 3, 9, 3]
const SMALL = [3, 3, 27, 3]

/** Of T and S: the widths of ResNet-50 times 1.5. */
const WIDTHS = [96, 192, 384, 768]

const depthwise = (unit: string) => convolution(`${unit}.conv_dw`, { depthwise: true, kernel: 7, activation: 'linear' })

/** Figure 4 of the first paper, right. */
const block = (unit: string): LayerPlan =>
  residual({
    body: chain(
      depthwise(unit),
      layerNorm(`${unit}.norm`),
      multilayerPerceptron(`${unit}.mlp`, { ratio: 4 }),
      layerScale(`${unit}.gamma`, { initial: 1e-6 }),
    ),
  })

/** Figure 5 of the second paper, right: the responses are normalised, and no scale is needed. */
const blockV2 = (unit: string, width: number): LayerPlan =>
  residual({
    body: chain(
      depthwise(unit),
      layerNorm(`${unit}.norm`),
      linear(`${unit}.mlp.fc1`, { units: 4 * width, activation: 'gelu' }),
      responseNorm(`${unit}.mlp.grn`),
      linear(`${unit}.mlp.fc2`, { units: width }),
    ),
  })

/** The last norm comes after the mean over space. */
function blocksOf(make: typeof blockV2, depths: readonly number[]): Block[] {
  const stages = WIDTHS.map((width, stage): Block => {
    const start =
      stage === 0
        ? [patches('stem.0', { side: 4, filters: width }), layerNorm('stem.1')]
        : [
            layerNorm(`stages.${stage}.downsample.0`),
            patches(`stages.${stage}.downsample.1`, { side: 2, filters: width }),
          ]
    const body = Array.from({ length: depths[stage] }, (_, i) => make(`stages.${stage}.blocks.${i}`, width))
    return { name: `stage${stage + 1}`, size: width, plan: chain(...start, ...body) }
  })
  const norm: Block = { name: 'norm', size: WIDTHS[3], plan: chain(globalAverage(), layerNorm('head.norm')) }
  return [...stages, norm]
}

/** timm's names are those of the units. */
const timm: Naming = {
  name: 'timm',
  framework: 'torch',
  dialect: torchDialect,
  preprocessing: bicubicRgb,
  unit: (unit) => ({ layer: unit }),
  classifier: /^head\.fc\./,
}

const convnext = (
  make: typeof blockV2,
  depths: readonly number[],
  about: Pick<BackboneRecord, 'name' | 'title' | 'paper' | 'weights'>,
): BackboneRecord =>
  defineBackbone({
    ...about,
    inputSize: 224,
    minimumSize: 32,
    blocks: blocksOf(make, depths),
    defaultLayer: 'norm',
    dialect: torchDialect,
    preprocessing: timm.preprocessing,
    namings: [timm],
  })

const PAPER = 'Liu et al., "A ConvNet for the 2020s", CVPR 2022, https://arxiv.org/abs/2201.03545'

const cropped = (crop: number): { preprocessing: Preprocessing } => ({ preprocessing: { ...bicubicRgb, crop } })

/** What is published of each size of the first paper. */
const published = (name: string): BackboneRecord['weights'] => {
  const common = { licence: 'Apache-2.0', ...cropped(0.875) }
  return {
    ...timmWeights(name, 'in12k_ft_in1k', {
      ...common,
      trainedOn: 'ImageNet-12k, then ImageNet-1k',
      ...cropped(0.95),
    }),
    ...timmWeights(name, 'fb_in22k', { ...common, trainedOn: 'ImageNet-22k' }),
    ...timmWeights(name, 'fb_in1k', { ...common, trainedOn: 'ImageNet-1k' }),
  }
}

export const convnextTiny = convnext(block, TINY, {
  name: 'convnext_tiny',
  title: 'ConvNeXt-T',
  paper: PAPER,
  weights: published('convnext_tiny'),
})

export const convnextSmall = convnext(block, SMALL, {
  name: 'convnext_small',
  title: 'ConvNeXt-S',
  paper: PAPER,
  weights: published('convnext_small'),
})

export const convnextV2Tiny = convnext(blockV2, TINY, {
  name: 'convnextv2_tiny',
  title: 'ConvNeXt V2-T',
  paper:
    'Woo et al., "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders", CVPR 2023, https://arxiv.org/abs/2301.00808',
  weights: {
    ...timmWeights('convnextv2_tiny', 'fcmae_ft_in22k_in1k', {
      trainedOn: 'ImageNet-1k without labels, then ImageNet-22k, then ImageNet-1k',
      licence: 'CC-BY-NC-4.0',
      ...cropped(0.875),
    }),
  },
})
