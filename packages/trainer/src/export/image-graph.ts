import type { Backbone } from '@dml-crc/backbones'
import * as tf from '@tensorflow/tfjs'
import { type Graph, traceGraph } from './graph.ts'
import type { ImageModelParts } from './image-model-file.ts'

/**
 * The way from images [B, size, size, 3] (RGB 0…255) to `features` [B, d], and by `scores`, where it is given, to the scores
 * [B, C] of the classes.
 */
export function imageGraph(
  { backbone, mirror }: Pick<ImageModelParts, 'backbone' | 'mirror'>,
  scores?: (features: tf.Tensor2D) => tf.Tensor2D,
): Promise<Graph> {
  return traceGraph(backbone.inputSize, (images) => {
    const features = mirror ? mirroredMean(images, backbone) : backbone.features(images)
    return { features, ...(scores && { scores: scores(features) }) }
  })
}

/** The mean of the features of images and of their mirror images, [B, featureSize]. */
function mirroredMean(images: tf.Tensor4D, backbone: Backbone): tf.Tensor2D {
  const turned = backbone.features(tf.reverse(images, 2))
  return tf.div(tf.add(backbone.features(images), turned), 2)
}
