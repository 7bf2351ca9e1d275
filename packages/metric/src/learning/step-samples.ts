import type { Prng } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import { type ClassLayout, classLayout } from '../coding/class-layout.ts'
import { type Matrix, toTensor } from '../samples/matrix.ts'
import { drawSamples, type Images } from '../samples/views.ts'
import { drawPart } from './step-part.ts'

/** What one step codes: samples in the order of a layout, each over all the others. */
export interface StepSamples {
  /** X [N', d] */
  readonly x: tf.Tensor2D
  readonly layout: ClassLayout
  /** [N'] classes of the layout; 0 for rows of zeros, which are no queries. */
  readonly truth: Int32Array
  /** [N'] 1, and 0 for rows of zeros. */
  readonly counted: tf.Tensor1D
}

export interface SamplesOfSteps {
  /** Those of the next step. What is new at each step is to be disposed of by the caller's tf.tidy. */
  next(): StepSamples
  dispose(): void
}

interface Drawn {
  /** Most images of a step. */
  readonly batch: number
  /** Length of the noise relative to the sample's own. */
  readonly noise: number
  readonly prng: Prng
}

/** All images at each step, or as many as `batch` where there are more: random views of them with fresh noise. */
export function samplesOfSteps(features: Matrix, images: Images, { batch, noise, prng }: Drawn): SamplesOfSteps {
  if (images.labels.length > batch) {
    const byClass = imagesByClass(images.labels)
    const parts = prng.split('parts')
    const next = (): StepSamples => {
      const part = partOf(images, drawPart(byClass, batch, parts))
      const layout = classLayout(part.labels)
      return { x: toTensor(drawSamples(features, part, layout, noise, prng)), ...shapeOf(part, layout) }
    }
    return { next, dispose() {} }
  }
  const layout = classLayout(images.labels)
  const sample = () => toTensor(drawSamples(features, images, layout, noise, prng))
  const isRandom = noise > 0 || images.views.some((rows) => rows.length > 1)
  const shape = shapeOf(images, layout)
  const fixed = isRandom ? undefined : sample()
  return {
    next: () => ({ x: fixed ?? sample(), ...shape }),
    dispose: () => tf.dispose([shape.counted, ...(fixed ? [fixed] : [])]),
  }
}

function shapeOf({ labels }: Images, layout: ClassLayout): Omit<StepSamples, 'x'> {
  const truth = layout.order.map((image) => (image < 0 ? 0 : labels[image]))
  const counted = tf.tensor1d(Float32Array.from(layout.order, (image) => (image < 0 ? 0 : 1)))
  return { layout, truth, counted }
}

function imagesByClass(labels: Int32Array): number[][] {
  const byClass: number[][] = []
  labels.forEach((label, i) => {
    byClass[label] ??= []
    byClass[label].push(i)
  })
  return byClass
}

/** Some images, their classes numbered from 0 in the order in which they come. */
function partOf({ views, labels }: Images, chosen: Int32Array): Images {
  const classes = new Map<number, number>()
  const own = chosen.map((image) => {
    const label = labels[image]
    if (!classes.has(label)) classes.set(label, classes.size)
    return classes.get(label)!
  })
  return { views: Array.from(chosen, (image) => views[image]), labels: own }
}
