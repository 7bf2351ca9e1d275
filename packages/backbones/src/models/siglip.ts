import { bicubicMinusOneToOne } from '../preprocessing.ts'
import { timmWeights } from '../weights/timm.ts'
import { visionTransformer } from './vision-transformer.ts'

const preprocessing = { ...bicubicMinusOneToOne, crop: 0.9 }
const NAME = 'vit_base_patch16_siglip_224'
const common = {
  trainedOn: 'WebLI, images with texts',
  licence: 'Apache-2.0',
  preprocessing,
}

/** The image tower of SigLIP; its features are gathered by attention. */
export const vitBasePatch16Siglip = visionTransformer(
  {
    size: 'base',
    patch: 16,
    classToken: false,
    registers: 0,
    positions: { side: 14, ofClass: false },
    attentionPool: true,
  },
  {
    name: NAME,
    title: 'SigLIP ViT-B/16, image tower',
    paper:
      'Zhai, Mustafa, Kolesnikov, Beyer, "Sigmoid Loss for Language Image Pre-Training", ICCV 2023, https://arxiv.org/abs/2303.15343',
    inputSize: 224,
    preprocessing,
    weights: { ...timmWeights(NAME, 'v2_webli', common), ...timmWeights(NAME, 'webli', common) },
  },
)
