import * as tf from '@tensorflow/tfjs'
import { unitRows } from './unit-rows.ts'

export interface ProxyNcaOptions {
  /** Length that embeddings and proxies are scaled to. Default 3, as in the authors' code. */
  length?: number
}

/**
 * Proxy-NCA: the mean of −log(exp(−‖x − p_y‖²) / Σ_{c≠y} exp(−‖x − p_c‖²)), p_c the proxy of class c. The true class is
 * not in the sum, so the loss may be below zero.
 * Source: Movshovitz-Attias, Toshev, Leung, Ioffe, Singh, "No fuss distance metric learning using proxies", ICCV 2017, eq. 4.
 * @param embeddings [B, r]
 * @param proxies [C, r]
 * @param labels [B]
 */
export function proxyNcaLoss(
  embeddings: tf.Tensor2D,
  proxies: tf.Tensor2D,
  labels: Int32Array,
  { length = 3 }: ProxyNcaOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const cosine = tf.matMul(unitRows(embeddings), unitRows(proxies), false, true)
    const distance = tf.mul(tf.sub(1, cosine), 2 * length ** 2)
    const isTrue = tf.oneHot(tf.tensor1d(labels, 'int32'), proxies.shape[0]).toFloat()
    const own = tf.sum(tf.mul(distance, isTrue), 1)
    // No distance is above 4·length², so the true class adds nothing to the sum.
    const others = tf.sub(tf.neg(distance), tf.mul(isTrue, 4 * length ** 2 + 100))
    return tf.mean(tf.add(own, tf.logSumExp(others, 1))).asScalar()
  })
}
