import * as tf from '@tensorflow/tfjs'

/** The plain JavaScript backend, which @tensorflow/tfjs brings: one thread, anywhere, slow. */
export async function loadCpu() {
  await tf.setBackend('cpu')
  return { library: `@tensorflow/tfjs ${tf.version.tfjs}`, device: 'CPU', threads: 1 }
}
