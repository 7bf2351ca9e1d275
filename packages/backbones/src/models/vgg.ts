import { convolution } from '../layers/convolution/convolution.ts'
import { maxPool } from '../layers/convolution/pooling.ts'
import { dense } from '../layers/dense.ts'
import { chain } from '../layers/layer.ts'
import { imagenetBgr, imagenetRgb } from '../preprocessing.ts'
import { type BackboneRecord, type Block, defineBackbone } from '../record.ts'
import { kerasDialect, type Naming, torchDialect } from '../weights/naming.ts'
import { timmWeights } from '../weights/timm.ts'

const FILTERS = [64, 128, 256, 512, 512]
const SIDE = 224

/** Units as Keras names them: `block1_conv1` …, here in the order of the network. */
const unitsOf = (depths: readonly number[]) =>
  depths.map((depth, i) => Array.from({ length: depth }, (_, j) => `block${i + 1}_conv${j + 1}`))

function blocksOf(depths: readonly number[], norm: boolean): Block[] {
  const convolutional = unitsOf(depths).map((units, i) => ({
    name: `block${i + 1}_pool`,
    size: FILTERS[i],
    plan: chain(...units.map((unit) => convolution(unit, { filters: FILTERS[i], norm })), maxPool()),
  }))
  return [
    ...convolutional,
    { name: 'fc6', size: 4096, plan: dense('fc6', { units: 4096, side: SIDE / 32 }), fixedInput: true },
    { name: 'fc7', size: 4096, plan: dense('fc7', { units: 4096, side: 1 }), fixedInput: true },
  ]
}

/** torchvision numbers all layers of `features`: a convolution, its batch norm where it has one, its ReLU; and each pool. */
function torchNames(depths: readonly number[], norm: boolean): Map<string, { layer: string; norm?: string }> {
  let index = 0
  const names = new Map<string, { layer: string; norm?: string }>()
  for (const units of unitsOf(depths)) {
    for (const unit of units) {
      names.set(unit, { layer: `features.${index}`, norm: norm ? `features.${index + 1}` : undefined })
      index += norm ? 3 : 2
    }
    index += 1
  }
  return names
}

function namingsOf(depths: readonly number[], norm: boolean): Naming[] {
  const features = torchNames(depths, norm)
  const naming = (name: string, fc6: string, fc7: string, classifier: RegExp): Naming => {
    const names = new Map([...features, ['fc6', { layer: fc6 }], ['fc7', { layer: fc7 }]])
    const unit = (of: string) => names.get(of)!
    return { name, framework: 'torch', dialect: torchDialect, preprocessing: imagenetRgb, unit, classifier }
  }
  const torch = [
    naming('torchvision', 'classifier.0', 'classifier.3', /^classifier\.6\./),
    naming('timm', 'pre_logits.fc1', 'pre_logits.fc2', /^head\.fc\./),
  ]
  // Keras has none with batch norm.
  if (norm) return torch
  return [
    ...torch,
    {
      name: 'keras',
      framework: 'keras',
      dialect: kerasDialect,
      preprocessing: imagenetBgr,
      unit: (unit) => ({ layer: unit.replace('fc6', 'fc1').replace('fc7', 'fc2') }),
      classifier: /^predictions\//,
    },
  ]
}

function vgg(
  depths: readonly number[],
  { norm, ...rest }: Pick<BackboneRecord, 'name' | 'title'> & { norm: boolean },
): BackboneRecord {
  return defineBackbone({
    ...rest,
    paper:
      'Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, https://arxiv.org/abs/1409.1556',
    inputSize: SIDE,
    minimumSize: 32,
    blocks: blocksOf(depths, norm),
    defaultLayer: 'fc7',
    dialect: torchDialect,
    preprocessing: imagenetRgb,
    namings: namingsOf(depths, norm),
    weights: timmWeights(rest.name, 'tv_in1k', {
      trainedOn: 'ImageNet-1k',
      licence: 'BSD-3-Clause',
      preprocessing: imagenetRgb,
    }),
  })
}

/** Configuration E of the paper's table 1. */
export const vgg19 = vgg([2, 2, 4, 4, 4], { name: 'vgg19', title: 'VGG-19', norm: false })

/** Configuration D of the paper's table 1. */
export const vgg16 = vgg([2, 2, 3, 3, 3], { name: 'vgg16', title: 'VGG-16', norm: false })

export const vgg19Bn = vgg([2, 2, 4, 4, 4], { name: 'vgg19_bn', title: 'VGG-19 with batch norm', norm: true })

export const vgg16Bn = vgg([2, 2, 3, 3, 3], { name: 'vgg16_bn', title: 'VGG-16 with batch norm', norm: true })
