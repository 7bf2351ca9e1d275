import { bicubicRgb } from '../preprocessing.ts'
import { timmWeights } from '../weights/timm.ts'
import { visionTransformer } from './vision-transformer.ts'

const wholeSquare = { ...bicubicRgb, crop: 1 }

/** Images of 518 pixels in the last epochs of the training: 37 patches a side. */
const GRID = 37

/** DINOv2 and its successor with register tokens, whose class token has no position. */
function dinov2(size: 'small' | 'base', registers: 0 | 4) {
  const name = `vit_${size}_patch14_${registers > 0 ? 'reg4_' : ''}dinov2`
  const paper =
    registers > 0
      ? 'Darcet, Oquab, Mairal, Bojanowski, "Vision Transformers Need Registers", ICLR 2024, https://arxiv.org/abs/2309.16588'
      : 'Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", TMLR 2024, https://arxiv.org/abs/2304.07193'
  return visionTransformer(
    {
      size,
      patch: 14,
      classToken: true,
      registers,
      positions: { side: GRID, ofClass: registers === 0 },
      scales: { names: ['ls1.gamma', 'ls2.gamma'], initial: 1e-5 },
    },
    {
      name,
      title: `DINOv2 ViT-${size === 'small' ? 'S' : 'B'}/14${registers > 0 ? ' with registers' : ''}`,
      paper,
      // The side at which the paper evaluates features.
      inputSize: 224,
      preprocessing: wholeSquare,
      weights: timmWeights(name, 'lvd142m', {
        trainedOn: 'LVD-142M, no labels',
        licence: 'Apache-2.0',
        preprocessing: wholeSquare,
      }),
    },
  )
}

export const vitSmallPatch14Dinov2 = dinov2('small', 0)
export const vitBasePatch14Dinov2 = dinov2('base', 0)
export const vitSmallPatch14Reg4Dinov2 = dinov2('small', 4)
export const vitBasePatch14Reg4Dinov2 = dinov2('base', 4)
