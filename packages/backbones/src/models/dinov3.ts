import { bicubicRgb } from '../preprocessing.ts'
import { timmWeights } from '../weights/timm.ts'
import { visionTransformer } from './vision-transformer.ts'

const wholeSquare = { ...bicubicRgb, crop: 1 }

const NAME = 'vit_small_patch16_dinov3'

/** Rotary position embeddings instead of learned ones. */
export const vitSmallPatch16Dinov3 = visionTransformer(
  {
    size: 'small',
    patch: 16,
    epsilon: 1e-5,
    classToken: true,
    registers: 4,
    rotary: 100,
    scales: { names: ['gamma_1', 'gamma_2'], initial: 1e-5 },
  },
  {
    name: NAME,
    title: 'DINOv3 ViT-S/16',
    paper: 'Siméoni et al., "DINOv3", 2025, https://arxiv.org/abs/2508.10104',
    inputSize: 256,
    preprocessing: wholeSquare,
    weights: timmWeights(NAME, 'lvd1689m', {
      trainedOn: 'LVD-1689M, no labels',
      licence: 'DINOv3 License',
      preprocessing: wholeSquare,
    }),
  },
)
