import type { Activation } from '../layers/activation.ts'
import type { Preprocessing } from '../preprocessing.ts'
import { bicubicRgb } from '../preprocessing.ts'
import type { WeightsTag } from '../record.ts'
import { timmWeights } from '../weights/timm.ts'
import { visionTransformer } from './vision-transformer.ts'

const clipRgb: Preprocessing = {
  ...bicubicRgb,
  crop: 0.9,
  mean: [122.7709383, 116.7460125, 104.09373615],
  deviation: [68.5005327, 66.6321579, 70.32316305],
}

/** The image tower of CLIP, before the projection to where texts lie. */
const clip = (name: string, activation: Activation, weights: Record<string, WeightsTag>) =>
  visionTransformer(
    {
      size: 'base',
      patch: 32,
      epsilon: 1e-5,
      activation,
      normFirst: true,
      classToken: true,
      registers: 0,
      positions: { side: 7, ofClass: true },
    },
    {
      name,
      title: 'CLIP ViT-B/32, image tower',
      paper:
        'Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, https://arxiv.org/abs/2103.00020',
      inputSize: 224,
      preprocessing: clipRgb,
      weights,
    },
  )

/** OpenAI's own, trained with the approximation x·σ(1.702x) of GELU. timm's file has the name of the other one. */
export const vitBasePatch32ClipQuickgelu = clip(
  'vit_base_patch32_clip_quickgelu_224',
  'gelu_sigmoid',
  timmWeights('vit_base_patch32_clip_224', 'openai', {
    trainedOn: '400 million images with texts',
    licence: 'Apache-2.0',
    preprocessing: clipRgb,
  }),
)

export const vitBasePatch32Clip = clip('vit_base_patch32_clip_224', 'gelu', {
  ...timmWeights('vit_base_patch32_clip_224', 'laion2b', {
    trainedOn: 'LAION-2B, images with texts',
    licence: 'Apache-2.0',
    preprocessing: clipRgb,
  }),
  ...timmWeights('vit_base_patch32_clip_224', 'datacompxl', {
    trainedOn: 'DataComp-1B, images with texts',
    licence: 'Apache-2.0',
    preprocessing: { ...clipRgb, crop: 1 },
  }),
})
