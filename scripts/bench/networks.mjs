// The networks of the cases, and batches for them.
import { load } from './sides.mjs'

/** Additions and multiplications of the convolutions and matrix products for one image of 224². */
export const FLOP = { vgg19: 39.02e9, mobilenet_v1: 1.135e9, vit_small_patch14_dinov2: 12.2e9, convnext_tiny: 8.91e9 }

/** @returns the network with weights as published files have them (norms folded) or first values, and what draws batches of bytes. */
export async function network({ size, engine, weights, recompute = false }) {
  const { tf, library } = await load(engine)
  const { createBackbone } = await import('../../packages/backbones/src/index.ts')
  const layers = size.network === 'vgg19' ? { layers: [size.layer ?? 'block5_pool'] } : {}
  const file = size.network === 'mobilenet_v1' ? (weights ?? 'none') : 'none'
  const options = { weights: file, inputSize: 224, norm: 'frozen', recompute, ...layers }
  const backbone = await createBackbone(size.network, options)
  return { tf, library, backbone, images: (count) => tf.randomUniform([count, 224, 224, 3], 0, 256, 'int32') }
}
