import { convolution } from '../layers/convolution/convolution.ts'
import { maxPool } from '../layers/convolution/pooling.ts'
import { chain } from '../layers/layer.ts'
import { imagenetRgb } from '../preprocessing.ts'
import { defineBackbone } from '../record.ts'
import { torchDialect } from '../weights/naming.ts'

const unit = (name: string, filters: number) => convolution(name, { filters, norm: true })

/**
 * A small VGG with batch norm for images of 64×64: 35 million multiplications per image, few enough to train
 * it from scratch without a native engine.
 */
export const tinyVgg = defineBackbone({
  name: 'tiny_vgg',
  title: 'Tiny VGG',
  paper: 'After Simonyan, Zisserman (ICLR 2015), with batch norm; this project.',
  inputSize: 64,
  minimumSize: 8,
  blocks: [
    { name: 'block1_pool', size: 16, plan: chain(unit('block1_conv1', 16), maxPool()) },
    { name: 'block2_pool', size: 32, plan: chain(unit('block2_conv1', 32), maxPool()) },
    { name: 'block3_pool', size: 64, plan: chain(unit('block3_conv1', 64), unit('block3_conv2', 64), maxPool()) },
    { name: 'block4', size: 128, plan: chain(unit('block4_conv1', 128), unit('block4_conv2', 128)) },
  ],
  defaultLayer: 'block4',
  dialect: torchDialect,
  preprocessing: imagenetRgb,
  namings: [],
  weights: {},
})
