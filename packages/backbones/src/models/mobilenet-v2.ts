import { convolution } from '../layers/convolution/convolution.ts'
import { chain } from '../layers/layer.ts'
import { residual } from '../layers/residual.ts'
import { bicubicRgb, imagenetRgb, minusOneToOne } from '../preprocessing.ts'
import { type Block, defineBackbone } from '../record.ts'
import { kerasDialect, type Naming, torchDialect } from '../weights/naming.ts'

/** Table 2 of the paper: expansion, output channels, repetitions, stride of the first. */
const STAGES: readonly [expansion: number, filters: number, repeats: number, stride: number][] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

/** Each bottleneck's name in Keras, and its stage and place there. */
const BOTTLENECKS = STAGES.flatMap(([, , repeats], stage) =>
  Array.from({ length: repeats }, (_, place) => ({ stage, place })),
).map((where, i) => ({ ...where, name: i === 0 ? 'expanded_conv' : `block_${i}` }))

function bottleneck({ name, stage, place }: (typeof BOTTLENECKS)[number]): Block {
  const [expansion, filters, , firstStride] = STAGES[stage]
  const stride = place === 0 ? firstStride : 1
  const inputs = place > 0 ? filters : (STAGES[stage - 1]?.[1] ?? 32)
  const expand = convolution(`${name}_expand`, {
    filters: expansion * inputs,
    kernel: 1,
    norm: true,
    activation: 'relu6',
  })
  const body = chain(
    ...(expansion > 1 ? [expand] : []),
    convolution(`${name}_depthwise`, { depthwise: true, stride, norm: true, activation: 'relu6' }),
    convolution(`${name}_project`, { filters, kernel: 1, norm: true, activation: 'linear' }),
  )
  return { name, size: filters, plan: place > 0 ? residual({ body }) : body }
}

/** `block_3_expand` to its block's index, its place and its part. */
function locate(unit: string) {
  const end = unit.lastIndexOf('_')
  const index = BOTTLENECKS.findIndex(({ name }) => name === unit.slice(0, end))
  return { index, part: unit.slice(end + 1) as 'expand' | 'depthwise' | 'project', ...BOTTLENECKS[index] }
}

const keras: Naming = {
  name: 'keras',
  framework: 'keras',
  dialect: kerasDialect,
  preprocessing: minusOneToOne,
  unit(unit) {
    if (unit === 'Conv1') return { layer: unit, norm: 'bn_Conv1' }
    return { layer: unit, norm: unit === 'Conv_1' ? 'Conv_1_bn' : `${unit}_BN` }
  },
  classifier: /^(predictions|Logits)\//,
}

const torch = { framework: 'torch', dialect: torchDialect, preprocessing: imagenetRgb } as const

const torchvision: Naming = {
  ...torch,
  name: 'torchvision',
  unit(unit) {
    if (unit === 'Conv1') return { layer: 'features.0.0', norm: 'features.0.1' }
    if (unit === 'Conv_1') return { layer: 'features.18.0', norm: 'features.18.1' }
    const { index, part } = locate(unit)
    const conv = `features.${index + 1}.conv`
    // The first bottleneck does not expand, and so its later parts come one place earlier.
    const place = { expand: 0, depthwise: 1, project: 2 }[part] - (index === 0 ? 1 : 0)
    if (part === 'project') return { layer: `${conv}.${place}`, norm: `${conv}.${place + 1}` }
    return { layer: `${conv}.${place}.0`, norm: `${conv}.${place}.1` }
  },
  classifier: /^classifier\.1\./,
}

const timm: Naming = {
  ...torch,
  name: 'timm',
  unit(unit) {
    if (unit === 'Conv1') return { layer: 'conv_stem', norm: 'bn1' }
    if (unit === 'Conv_1') return { layer: 'conv_head', norm: 'bn2' }
    const { index, stage, place, part } = locate(unit)
    const block = `blocks.${stage}.${place}`
    const names = index === 0 ? ['', 'conv_dw', 'conv_pw'] : ['conv_pw', 'conv_dw', 'conv_pwl']
    const order = { expand: 0, depthwise: 1, project: 2 }[part]
    return { layer: `${block}.${names[order]}`, norm: `${block}.bn${index === 0 ? order : order + 1}` }
  },
  classifier: /^classifier\./,
}

export const mobilenetV2 = defineBackbone({
  name: 'mobilenet_v2',
  title: 'MobileNetV2 1.0',
  paper:
    'Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, https://arxiv.org/abs/1801.04381',
  inputSize: 224,
  minimumSize: 32,
  blocks: [
    {
      name: 'Conv1',
      size: 32,
      plan: convolution('Conv1', { filters: 32, stride: 2, norm: true, activation: 'relu6' }),
    },
    ...BOTTLENECKS.map(bottleneck),
    {
      name: 'Conv_1',
      size: 1280,
      plan: convolution('Conv_1', { filters: 1280, kernel: 1, norm: true, activation: 'relu6' }),
    },
  ],
  defaultLayer: 'Conv_1',
  dialect: torchDialect,
  preprocessing: imagenetRgb,
  namings: [torchvision, timm, keras],
  weights: {
    ra_in1k: {
      trainedOn: 'ImageNet-1k',
      licence: 'Apache-2.0',
      sources: [{ repository: 'timm/mobilenetv2_100.ra_in1k', file: 'model.safetensors' }],
      preprocessing: bicubicRgb,
    },
  },
})
