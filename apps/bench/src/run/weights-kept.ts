import type { Backbone } from '@dml-crc/backbones'
import * as tf from '@tensorflow/tfjs'

/** Lets `work` change the weights of a backbone, and puts back those from before, whatever happens. */
export async function weightsKept<T>(backbone: Backbone, work: () => Promise<T>): Promise<T> {
  const before = [...backbone.variables.values()].map((variable) => ({ variable, copy: tf.clone(variable) }))
  try {
    return await work()
  } finally {
    for (const { variable, copy } of before) {
      variable.assign(copy)
      copy.dispose()
    }
  }
}
