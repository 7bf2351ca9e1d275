import { appended } from '../layers/branches.ts'
import { convolution } from '../layers/convolution/convolution.ts'
import { halvingAverage, overlappingMaxPool } from '../layers/convolution/pooling.ts'
import { chain } from '../layers/layer.ts'
import { normActivation } from '../layers/norm/norm-activation.ts'
import { bicubicRgb } from '../preprocessing.ts'
import { type BackboneRecord, type Block, defineBackbone } from '../record.ts'
import { type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

const GROWTH = 32
const STEM = 64

/** Section 3: H_l as in DenseNet-B. */
const denseLayer = (unit: string) =>
  appended(
    chain(
      normActivation(`${unit}.norm1`),
      convolution(`${unit}.conv1`, { filters: 4 * GROWTH, kernel: 1, norm: true }),
      convolution(`${unit}.conv2`, { filters: GROWTH, bias: false, activation: 'linear' }),
    ),
  )

/** Halves the channels and the sides, as in DenseNet-C. */
const transition = (unit: string, filters: number) =>
  chain(
    normActivation(`${unit}.norm`),
    convolution(`${unit}.conv`, { filters, kernel: 1, bias: false, activation: 'linear' }),
    halvingAverage(),
  )

/** `depths`: the layers of each dense block, as in table 1 of the paper. */
function blocksOf(depths: readonly number[]): Block[] {
  const stem = convolution('conv0', { filters: STEM, kernel: 7, stride: 2, norm: true })
  const blocks: Block[] = [{ name: 'stem', size: STEM, plan: chain(stem, overlappingMaxPool()) }]
  let channels = STEM
  depths.forEach((depth, i) => {
    const layers = Array.from({ length: depth }, (_, j) => denseLayer(`denseblock${i + 1}.denselayer${j + 1}`))
    channels += depth * GROWTH
    const isLast = i === depths.length - 1
    if (!isLast) channels /= 2
    const end = isLast ? normActivation('norm5') : transition(`transition${i + 1}`, channels)
    blocks.push({ name: `block${i + 1}`, size: channels, plan: chain(...layers, end) })
  })
  return blocks
}

const naming: Naming = {
  name: 'torchvision or timm',
  framework: 'torch',
  dialect: torchDialect,
  preprocessing: bicubicRgb,
  unit(unit) {
    const layer = `features.${unit}`
    if (unit === 'conv0') return { layer, norm: 'features.norm0' }
    return { layer, norm: unit.endsWith('.conv1') ? layer.replace(/conv1$/, 'norm2') : undefined }
  },
  classifier: /^classifier\./,
}

const tag = (name: string, of: string) =>
  timmWeights(name, of, { trainedOn: 'ImageNet-1k', licence: 'Apache-2.0', preprocessing: bicubicRgb })

const densenet = (rest: Pick<BackboneRecord, 'name' | 'title' | 'blocks' | 'weights'>): BackboneRecord =>
  defineBackbone({
    ...rest,
    paper:
      'Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", CVPR 2017, https://arxiv.org/abs/1608.06993',
    inputSize: 224,
    minimumSize: 32,
    defaultLayer: 'block4',
    dialect: torchDialect,
    preprocessing: bicubicRgb,
    namings: [naming],
  })

export const densenet121 = densenet({
  name: 'densenet121',
  title: 'DenseNet-121',
  blocks: blocksOf([6, 12, 24, 16]),
  weights: { ...tag('densenet121', 'ra_in1k'), ...tag('densenet121', 'tv_in1k') },
})

export const densenet169 = densenet({
  name: 'densenet169',
  title: 'DenseNet-169',
  blocks: blocksOf([6, 12, 32, 32]),
  weights: tag('densenet169', 'tv_in1k'),
})
