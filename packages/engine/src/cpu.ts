import * as tf from '@tensorflow/tfjs'

/** The plain JavaScript backend, which @tensorflow/tfjs brings: one thread, anywhere, slow. */
export async function loadCpu() {
  await tf.setBackend('cpu')
  quietFirstUse()
  return { library: `@tensorflow/tfjs ${tf.version.tfjs}`, device: 'CPU', threads: 1 }
}

/** At its first tensor in Node the backend advertises tfjs-node; what to install is for `dml-crc doctor` to say. */
function quietFirstUse(): void {
  const production = tf.env().getBool('PROD')
  tf.env().set('PROD', true)
  tf.scalar(0).dispose()
  tf.env().set('PROD', production)
}
