import { bicubicMinusOneToOne } from '../preprocessing.ts'
import { timmWeights } from '../weights/timm.ts'
import { visionTransformer } from './vision-transformer.ts'

const preprocessing = { ...bicubicMinusOneToOne, crop: 0.9 }
const NAME = 'vit_base_patch16_224'
const common = { licence: 'Apache-2.0', preprocessing }

export const vitBasePatch16 = visionTransformer(
  { size: 'base', patch: 16, classToken: true, registers: 0, positions: { side: 14, ofClass: true } },
  {
    name: NAME,
    title: 'ViT-B/16',
    paper:
      'Steiner et al., "How to train your ViT? Data, Augmentation, and Regularization in Vision Transformers", TMLR 2022, https://arxiv.org/abs/2106.10270',
    inputSize: 224,
    preprocessing,
    weights: {
      ...timmWeights(NAME, 'augreg2_in21k_ft_in1k', { trainedOn: 'ImageNet-21k, then ImageNet-1k', ...common }),
      ...timmWeights(NAME, 'augreg_in21k', { trainedOn: 'ImageNet-21k', ...common }),
    },
  },
)
