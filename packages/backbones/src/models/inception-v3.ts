import { branches } from '../layers/branches.ts'
import { convolution } from '../layers/convolution/convolution.ts'
import { maxPool, surroundingAverage } from '../layers/convolution/pooling.ts'
import { chain, type Dialect } from '../layers/layer.ts'
import { bicubicMinusOneToOne, bicubicRgb } from '../preprocessing.ts'
import { type Block, defineBackbone } from '../record.ts'
import { type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

type Kernel = 1 | 3 | 5 | readonly [height: number, width: number]

const unit = (name: string, filters: number, kernel: Kernel) => convolution(name, { filters, kernel, norm: true })

/** Strided or not, without a rim of zeros. */
const bare = (name: string, filters: number, stride: 1 | 2) =>
  convolution(name, { filters, kernel: 3, stride, unpadded: true, norm: true })

const along: Kernel = [1, 7]
const down: Kernel = [7, 1]

/** Figure 5 of the paper. */
function mixedA(name: string, pooled: number): Block {
  const plan = branches(
    unit(`${name}.branch1x1`, 64, 1),
    chain(unit(`${name}.branch5x5_1`, 48, 1), unit(`${name}.branch5x5_2`, 64, 5)),
    chain(
      unit(`${name}.branch3x3dbl_1`, 64, 1),
      unit(`${name}.branch3x3dbl_2`, 96, 3),
      unit(`${name}.branch3x3dbl_3`, 96, 3),
    ),
    chain(surroundingAverage(), unit(`${name}.branch_pool`, pooled, 1)),
  )
  return { name, size: 224 + pooled, plan }
}

/** Figure 10, for the first reduction. */
function mixedB(name: string): Block {
  const plan = branches(
    bare(`${name}.branch3x3`, 384, 2),
    chain(
      unit(`${name}.branch3x3dbl_1`, 64, 1),
      unit(`${name}.branch3x3dbl_2`, 96, 3),
      bare(`${name}.branch3x3dbl_3`, 96, 2),
    ),
    maxPool({ side: 3 }),
  )
  return { name, size: 768, plan }
}

/** Figure 6, n = 7. */
function mixedC(name: string, width: number): Block {
  const plan = branches(
    unit(`${name}.branch1x1`, 192, 1),
    chain(
      unit(`${name}.branch7x7_1`, width, 1),
      unit(`${name}.branch7x7_2`, width, along),
      unit(`${name}.branch7x7_3`, 192, down),
    ),
    chain(
      unit(`${name}.branch7x7dbl_1`, width, 1),
      unit(`${name}.branch7x7dbl_2`, width, down),
      unit(`${name}.branch7x7dbl_3`, width, along),
      unit(`${name}.branch7x7dbl_4`, width, down),
      unit(`${name}.branch7x7dbl_5`, 192, along),
    ),
    chain(surroundingAverage(), unit(`${name}.branch_pool`, 192, 1)),
  )
  return { name, size: 768, plan }
}

/** Figure 10, for the second reduction. */
function mixedD(name: string): Block {
  const plan = branches(
    chain(unit(`${name}.branch3x3_1`, 192, 1), bare(`${name}.branch3x3_2`, 320, 2)),
    chain(
      unit(`${name}.branch7x7x3_1`, 192, 1),
      unit(`${name}.branch7x7x3_2`, 192, along),
      unit(`${name}.branch7x7x3_3`, 192, down),
      bare(`${name}.branch7x7x3_4`, 192, 2),
    ),
    maxPool({ side: 3 }),
  )
  return { name, size: 1280, plan }
}

/** Figure 7. */
function mixedE(name: string): Block {
  const both = (part: string) => branches(unit(`${name}.${part}a`, 384, [1, 3]), unit(`${name}.${part}b`, 384, [3, 1]))
  const plan = branches(
    unit(`${name}.branch1x1`, 320, 1),
    chain(unit(`${name}.branch3x3_1`, 384, 1), both('branch3x3_2')),
    chain(unit(`${name}.branch3x3dbl_1`, 448, 1), unit(`${name}.branch3x3dbl_2`, 384, 3), both('branch3x3dbl_3')),
    chain(surroundingAverage(), unit(`${name}.branch_pool`, 192, 1)),
  )
  return { name, size: 2048, plan }
}

const stem = chain(
  bare('Conv2d_1a_3x3', 32, 2),
  bare('Conv2d_2a_3x3', 32, 1),
  unit('Conv2d_2b_3x3', 64, 3),
  maxPool({ side: 3 }),
  unit('Conv2d_3b_1x1', 80, 1),
  bare('Conv2d_4a_3x3', 192, 1),
  maxPool({ side: 3 }),
)

const dialect: Dialect = { ...torchDialect, epsilon: 1e-3 }

const naming: Naming = {
  name: 'torchvision or timm',
  framework: 'torch',
  dialect,
  preprocessing: bicubicMinusOneToOne,
  unit: (name) => ({ layer: `${name}.conv`, norm: `${name}.bn` }),
  classifier: /^(fc|AuxLogits)\./,
}

export const inceptionV3 = defineBackbone({
  name: 'inception_v3',
  title: 'Inception-v3',
  paper:
    'Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, https://arxiv.org/abs/1512.00567',
  inputSize: 299,
  minimumSize: 75,
  blocks: [
    { name: 'stem', size: 192, plan: stem },
    mixedA('Mixed_5b', 32),
    mixedA('Mixed_5c', 64),
    mixedA('Mixed_5d', 64),
    mixedB('Mixed_6a'),
    mixedC('Mixed_6b', 128),
    mixedC('Mixed_6c', 160),
    mixedC('Mixed_6d', 160),
    mixedC('Mixed_6e', 192),
    mixedD('Mixed_7a'),
    mixedE('Mixed_7b'),
    mixedE('Mixed_7c'),
  ],
  defaultLayer: 'Mixed_7c',
  dialect,
  preprocessing: bicubicMinusOneToOne,
  namings: [naming],
  weights: {
    ...timmWeights('inception_v3', 'tv_in1k', {
      trainedOn: 'ImageNet-1k',
      licence: 'Apache-2.0',
      preprocessing: bicubicMinusOneToOne,
    }),
    ...timmWeights('inception_v3', 'gluon_in1k', {
      trainedOn: 'ImageNet-1k',
      licence: 'Apache-2.0',
      preprocessing: bicubicRgb,
    }),
  },
})
