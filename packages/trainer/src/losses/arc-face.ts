import * as tf from '@tensorflow/tfjs'
import { unitRows } from './unit-rows.ts'

export interface ArcFaceOptions {
  /** Factor on the cosines, s. Default 16. */
  scale?: number
  /** Angle in radians that is added between a sample and the centre of its class, m. Default 0.3. */
  margin?: number
}

/** Kept from 1 − cos², whose root has no bounded derivative at zero. */
const TINY = 1e-6

/**
 * Additive angular margin: the mean cross-entropy of softmax over s·cos θ_c, with s·cos(θ_y + m) for the true class y; θ_c is
 * the angle between the embedding and the centre of class c. Where θ_y + m passes π, cos θ_y − m·sin m goes on falling.
 * Source: Deng, Guo, Xue, Zafeiriou, "ArcFace: additive angular margin loss for deep face recognition", CVPR 2019.
 * @param embeddings [B, r]
 * @param centres [C, r]
 * @param labels [B]
 */
export function arcFaceLoss(
  embeddings: tf.Tensor2D,
  centres: tf.Tensor2D,
  labels: Int32Array,
  { scale = 16, margin = 0.3 }: ArcFaceOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const cosine = tf.matMul(unitRows(embeddings), unitRows(centres), false, true)
    const isTrue = tf.oneHot(tf.tensor1d(labels, 'int32'), centres.shape[0]).toFloat()
    const own = tf.sum(tf.mul(cosine, isTrue), 1, true)
    const sine = tf.sqrt(tf.relu(tf.sub(1, tf.square(own))).add(TINY))
    const widened = tf.sub(tf.mul(own, Math.cos(margin)), tf.mul(sine, Math.sin(margin)))
    const beyond = tf.sub(own, margin * Math.sin(margin))
    const isBefore = tf.step(tf.add(own, Math.cos(margin)))
    const target = tf.add(tf.mul(isBefore, widened), tf.mul(tf.sub(1, isBefore), beyond))
    const logits = tf.mul(tf.add(cosine, tf.mul(isTrue, tf.sub(target, own))), scale)
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), isTrue), 1))).asScalar()
  })
}
