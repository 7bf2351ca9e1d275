import { convolution } from '../layers/convolution/convolution.ts'
import { squeezeExcite } from '../layers/convolution/squeeze-excite.ts'
import { chain } from '../layers/layer.ts'
import { residual } from '../layers/residual.ts'
import { bicubicRgb, imagenetRgb } from '../preprocessing.ts'
import { type Block, defineBackbone } from '../record.ts'
import { type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

/** Table 1 of the paper: expansion, kernel, output channels, repetitions, stride of the first. */
const STAGES: readonly [expansion: number, kernel: number, filters: number, repeats: number, stride: number][] = [
  [1, 3, 16, 1, 1],
  [6, 3, 24, 2, 2],
  [6, 5, 40, 2, 2],
  [6, 3, 80, 3, 2],
  [6, 5, 112, 3, 1],
  [6, 5, 192, 4, 2],
  [6, 3, 320, 1, 1],
]
const STEM = 32
const HEAD = 1280

/** The lite networks have no squeeze and excitation, and an activation that quantised hardware computes. */
type Variant = { activation: 'swish' | 'relu6'; squeeze: boolean }

/** One MBConv; its units are `stage.place` and the part: `2.0_expand`. */
function bottleneck(stage: number, place: number, { activation, squeeze }: Variant) {
  const [expansion, kernel, filters, , firstStride] = STAGES[stage]
  const inputs = place > 0 ? filters : (STAGES[stage - 1]?.[2] ?? STEM)
  const stride = place === 0 ? firstStride : 1
  const unit = `${stage}.${place}`
  const widths = { filters: expansion * inputs, squeezed: inputs / 4 }
  const expand = convolution(`${unit}_expand`, { ...widths, kernel: 1, norm: true, activation })
  const body = chain(
    ...(expansion > 1 ? [expand] : []),
    convolution(`${unit}_depthwise`, { depthwise: true, kernel, stride, norm: true, activation }),
    ...(squeeze ? [squeezeExcite(unit, { squeezed: widths.squeezed })] : []),
    convolution(`${unit}_project`, { filters, kernel: 1, norm: true, activation: 'linear' }),
  )
  return place > 0 ? residual({ body }) : body
}

function blocksOf(variant: Variant): Block[] {
  const { activation } = variant
  const stages = STAGES.map(([, , filters, repeats], stage): Block => {
    const plans = Array.from({ length: repeats }, (_, place) => bottleneck(stage, place, variant))
    return { name: `stage${stage + 1}`, size: filters, plan: chain(...plans) }
  })
  const stem = convolution('stem', { filters: STEM, stride: 2, norm: true, activation })
  const head = convolution('head', { filters: HEAD, kernel: 1, norm: true, activation })
  return [{ name: 'stem', size: STEM, plan: stem }, ...stages, { name: 'head', size: HEAD, plan: head }]
}

type Part = 'expand' | 'depthwise' | 'se_reduce' | 'se_expand' | 'project'

function locate(unit: string): { stage: number; place: number; part: Part } {
  const [, stage, place, part] = unit.match(/^(\d)\.(\d)_(.*)$/)!
  return { stage: Number(stage), place: Number(place), part: part as Part }
}

const torch = { framework: 'torch', dialect: torchDialect, preprocessing: imagenetRgb } as const

const torchvision: Naming = {
  ...torch,
  name: 'torchvision',
  unit(unit) {
    if (unit === 'stem') return { layer: 'features.0.0', norm: 'features.0.1' }
    if (unit === 'head') return { layer: 'features.8.0', norm: 'features.8.1' }
    const { stage, place, part } = locate(unit)
    const block = `features.${stage + 1}.${place}.block`
    // The first stage does not expand, and so its later parts come one place earlier.
    const shift = stage === 0 ? 1 : 0
    if (part === 'se_reduce') return { layer: `${block}.${2 - shift}.fc1` }
    if (part === 'se_expand') return { layer: `${block}.${2 - shift}.fc2` }
    const index = { expand: 0, depthwise: 1, project: 3 }[part] - shift
    return { layer: `${block}.${index}.0`, norm: `${block}.${index}.1` }
  },
  classifier: /^classifier\.1\./,
}

const timm: Naming = {
  ...torch,
  name: 'timm',
  unit(unit) {
    if (unit === 'stem') return { layer: 'conv_stem', norm: 'bn1' }
    if (unit === 'head') return { layer: 'conv_head', norm: 'bn2' }
    const { stage, place, part } = locate(unit)
    const block = `blocks.${stage}.${place}`
    if (part === 'se_reduce') return { layer: `${block}.se.conv_reduce` }
    if (part === 'se_expand') return { layer: `${block}.se.conv_expand` }
    const names = stage === 0 ? ['', 'conv_dw', 'conv_pw'] : ['conv_pw', 'conv_dw', 'conv_pwl']
    const order = { expand: 0, depthwise: 1, project: 2 }[part]
    return { layer: `${block}.${names[order]}`, norm: `${block}.bn${stage === 0 ? order : order + 1}` }
  },
  classifier: /^classifier\./,
}

const common = {
  inputSize: 224,
  minimumSize: 32,
  defaultLayer: 'head',
  dialect: torchDialect,
  preprocessing: imagenetRgb,
}

export const efficientnetB0 = defineBackbone({
  ...common,
  name: 'efficientnet_b0',
  title: 'EfficientNet-B0',
  paper:
    'Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019, https://arxiv.org/abs/1905.11946',
  blocks: blocksOf({ activation: 'swish', squeeze: true }),
  namings: [torchvision, timm],
  weights: timmWeights('efficientnet_b0', 'ra_in1k', {
    trainedOn: 'ImageNet-1k',
    licence: 'Apache-2.0',
    preprocessing: bicubicRgb,
  }),
})

export const efficientnetLite0 = defineBackbone({
  ...common,
  name: 'efficientnet_lite0',
  title: 'EfficientNet-Lite0',
  paper:
    'Liu, "Higher accuracy on vision models with EfficientNet-Lite", 2020, https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html',
  blocks: blocksOf({ activation: 'relu6', squeeze: false }),
  namings: [timm],
  weights: timmWeights('efficientnet_lite0', 'ra_in1k', {
    trainedOn: 'ImageNet-1k',
    licence: 'Apache-2.0',
    preprocessing: bicubicRgb,
  }),
})
