import { convolution } from '../layers/convolution/convolution.ts'
import { chain } from '../layers/layer.ts'
import { bicubicMinusOneToOne, minusOneToOne } from '../preprocessing.ts'
import { type Block, defineBackbone } from '../record.ts'
import { kerasDialect, type Naming, torchDialect } from '../weights/naming.ts'

/** Table 1 of the paper: output channels and stride of each depthwise separable convolution. */
const SEPARABLE: readonly [filters: number, stride: number][] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
]

function separable(filters: number, stride: number, index: number): Block {
  const plan = chain(
    convolution(`conv_dw_${index}`, { depthwise: true, stride, norm: true, activation: 'relu6' }),
    convolution(`conv_pw_${index}`, { filters, kernel: 1, norm: true, activation: 'relu6' }),
  )
  return { name: `conv_pw_${index}`, size: filters, plan }
}

const keras: Naming = {
  name: 'keras',
  framework: 'keras',
  dialect: kerasDialect,
  preprocessing: minusOneToOne,
  unit: (unit) => ({ layer: unit, norm: `${unit}_bn` }),
  classifier: /^(conv_preds|predictions)\//,
}

/** timm counts the separable convolutions by the stages that a stride of two (or the first one) begins. */
const STAGES = [1, 2, 2, 6, 2].flatMap((blocks, stage) =>
  Array.from({ length: blocks }, (_, place) => `blocks.${stage}.${place}`),
)

const timm: Naming = {
  name: 'timm',
  framework: 'torch',
  dialect: torchDialect,
  preprocessing: minusOneToOne,
  unit(unit) {
    if (unit === 'conv1') return { layer: 'conv_stem', norm: 'bn1' }
    const [, part, index] = unit.split('_')
    const block = STAGES[Number(index) - 1]
    return { layer: `${block}.conv_${part}`, norm: `${block}.${part === 'dw' ? 'bn1' : 'bn2'}` }
  },
  classifier: /^classifier\./,
}

export const mobilenetV1 = defineBackbone({
  name: 'mobilenet_v1',
  title: 'MobileNetV1 1.0',
  paper:
    'Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017, https://arxiv.org/abs/1704.04861',
  inputSize: 224,
  minimumSize: 32,
  blocks: [
    {
      name: 'conv1',
      size: 32,
      plan: convolution('conv1', { filters: 32, stride: 2, norm: true, activation: 'relu6' }),
    },
    ...SEPARABLE.map(([filters, stride], i) => separable(filters, stride, i + 1)),
  ],
  defaultLayer: 'conv_pw_13',
  dialect: kerasDialect,
  preprocessing: minusOneToOne,
  namings: [timm, keras],
  weights: {
    ra4_e3600_r224_in1k: {
      trainedOn: 'ImageNet-1k',
      licence: 'Apache-2.0',
      sources: [{ repository: 'timm/mobilenetv1_100.ra4_e3600_r224_in1k', file: 'model.safetensors' }],
      preprocessing: bicubicMinusOneToOne,
    },
  },
})
