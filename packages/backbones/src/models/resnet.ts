import { convolution } from '../layers/convolution/convolution.ts'
import { overlappingMaxPool } from '../layers/convolution/pooling.ts'
import { chain, type LayerPlan } from '../layers/layer.ts'
import { residual } from '../layers/residual.ts'
import { bicubicRgb, imagenetBgr, imagenetRgb } from '../preprocessing.ts'
import { type BackboneRecord, type Block, defineBackbone } from '../record.ts'
import { kerasDialect, type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

const WIDTHS = [64, 128, 256, 512]

type ResidualBlock = (name: string, width: number, stride: number, project: boolean) => LayerPlan

const linear = (unit: string, filters: number, kernel: number, stride = 1) =>
  convolution(unit, { filters, kernel, stride, norm: true, activation: 'linear' })

/** Figure 5, left. */
const basic: ResidualBlock = (name, width, stride, project) =>
  residual({
    body: chain(
      convolution(`${name}.conv1`, { filters: width, stride, norm: true }),
      linear(`${name}.conv2`, width, 3),
    ),
    shortcut: project ? linear(`${name}.downsample`, width, 1, stride) : undefined,
    activation: 'relu',
  })

/** Figure 5, right; the dialect says which of its convolutions strides. */
const bottleneck: ResidualBlock = (name, width, stride, project) => (scope, channels) => {
  const strides = scope.dialect.bottleneckStride === 'first' ? [stride, 1] : [1, stride]
  const plan = residual({
    body: chain(
      convolution(`${name}.conv1`, { filters: width, kernel: 1, stride: strides[0], norm: true }),
      convolution(`${name}.conv2`, { filters: width, stride: strides[1], norm: true }),
      linear(`${name}.conv3`, 4 * width, 1),
    ),
    shortcut: project ? linear(`${name}.downsample`, 4 * width, 1, stride) : undefined,
    activation: 'relu',
  })
  return plan(scope, channels)
}

/** timm names its tensors as torchvision does. */
const torchNaming: Naming = {
  name: 'torchvision or timm',
  framework: 'torch',
  dialect: torchDialect,
  preprocessing: imagenetRgb,
  unit: (unit) =>
    unit.endsWith('.downsample')
      ? { layer: `${unit}.0`, norm: `${unit}.1` }
      : { layer: unit, norm: unit.replace(/conv(\d)$/, 'bn$1') },
  classifier: /^fc\./,
}

/** `layer2.0.conv1` is `conv3_block1_1_conv`, and `layer2.0.downsample` is `conv3_block1_0_conv`. */
function kerasUnit(unit: string): string {
  if (unit === 'conv1') return unit
  const [, stage, place, part] = unit.match(/^layer(\d)\.(\d)\.(?:conv(\d)|downsample)$/)!
  return `conv${Number(stage) + 1}_block${Number(place) + 1}_${part ?? 0}`
}

/** Keras has the bottlenecks only; it strides as the paper does, pads as PyTorch does, and has an ε of its own. */
const kerasNaming: Naming = {
  name: 'keras',
  framework: 'keras',
  dialect: { ...kerasDialect, padding: 'symmetric', epsilon: 1.001e-5, bottleneckStride: 'first' },
  preprocessing: imagenetBgr,
  unit: (unit) => ({ layer: `${kerasUnit(unit)}_conv`, norm: `${kerasUnit(unit)}_bn` }),
  classifier: /^(predictions|fc1000)\//,
}

function blocksOf(depths: readonly number[], block: ResidualBlock, expansion: number): Block[] {
  const stages = depths.map((depth, i) => {
    const name = `layer${i + 1}`
    const plans = Array.from({ length: depth }, (_, j) => {
      const stride = i > 0 && j === 0 ? 2 : 1
      // The first block of a stage changes the shape, save where stage 1 keeps both size and channels.
      return block(`${name}.${j}`, WIDTHS[i], stride, j === 0 && (i > 0 || expansion > 1))
    })
    return { name, size: expansion * WIDTHS[i], plan: chain(...plans) }
  })
  const stem = chain(convolution('conv1', { filters: 64, kernel: 7, stride: 2, norm: true }), overlappingMaxPool())
  return [{ name: 'stem', size: 64, plan: stem }, ...stages]
}

function resnet(rest: Pick<BackboneRecord, 'name' | 'title' | 'blocks' | 'namings'>): BackboneRecord {
  return defineBackbone({
    ...rest,
    paper:
      'He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, https://arxiv.org/abs/1512.03385',
    inputSize: 224,
    minimumSize: 32,
    defaultLayer: 'layer4',
    dialect: torchDialect,
    preprocessing: imagenetRgb,
    weights: {
      ...timmWeights(rest.name, 'tv_in1k', {
        trainedOn: 'ImageNet-1k',
        licence: 'BSD-3-Clause',
        preprocessing: imagenetRgb,
      }),
      ...timmWeights(rest.name, 'a1_in1k', {
        trainedOn: 'ImageNet-1k',
        licence: 'Apache-2.0',
        preprocessing: { ...bicubicRgb, crop: 0.95 },
      }),
    },
  })
}

export const resnet18 = resnet({
  name: 'resnet18',
  title: 'ResNet-18',
  blocks: blocksOf([2, 2, 2, 2], basic, 1),
  namings: [torchNaming],
})

export const resnet34 = resnet({
  name: 'resnet34',
  title: 'ResNet-34',
  blocks: blocksOf([3, 4, 6, 3], basic, 1),
  namings: [torchNaming],
})

export const resnet101 = resnet({
  name: 'resnet101',
  title: 'ResNet-101',
  blocks: blocksOf([3, 4, 23, 3], bottleneck, 4),
  namings: [torchNaming],
})

export const resnet50 = resnet({
  name: 'resnet50',
  title: 'ResNet-50',
  blocks: blocksOf([3, 4, 6, 3], bottleneck, 4),
  namings: [torchNaming, kerasNaming],
})
