import type { HostTensor } from '@dml-crc/core'
import { cholesky, choleskySolve } from '@dml-crc/engine'
import { type FittedClassifier, type NormaliseOptions, normaliseTensor, type Rule } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { linearClassifier } from '../tasks/linear-classifier.ts'

/** What decides a class from features, as plain values: to be saved, and to be computed anywhere. */
export type Head = SoftmaxHead | DmlCrcHead

/** Scores f W + b. */
export interface SoftmaxHead {
  kind: 'softmax'
  /** W [d, C] */
  kernel: HostTensor<Float32Array>
  /** b [C] */
  bias: HostTensor<Float32Array>
}

/** CRC in a learned metric over a dictionary. */
export interface DmlCrcHead {
  kind: 'DML-CRC'
  /** L [r, d], or its diagonal [d] */
  metric: HostTensor<Float32Array>
  /** D [N, d], normalised */
  dictionary: HostTensor<Float32Array>
  /** [N] */
  labels: HostTensor<Int32Array>
  lambda: number
  temperature: number
  rule: Rule
  normalise: NormaliseOptions
}

/** A {@link Head} on the engine. */
export interface LoadedHead {
  /** Scores [B, C], larger is likelier, of features [B, d] as the backbone gives them. */
  scores(features: tf.Tensor2D): tf.Tensor2D
  classifier: FittedClassifier
}

const tensorOf = ({ data, shape }: HostTensor) => tf.tensor(data as Float32Array, [...shape])

/** Puts a head on the engine; `classifier.dispose` frees it. */
export function loadHead(head: Head): LoadedHead {
  const { dim, scores, tensors } = head.kind === 'softmax' ? softmax(head) : dmlCrc(head)
  const classifier = { ...linearClassifier(dim, scores), dispose: () => tf.dispose(tensors) }
  return { scores, classifier }
}

interface Computation {
  dim: number
  scores: LoadedHead['scores']
  tensors: tf.Tensor[]
}

function softmax({ kernel, bias }: SoftmaxHead): Computation {
  const w = tensorOf(kernel) as tf.Tensor2D
  const b = tensorOf(bias)
  return { dim: kernel.shape[0], tensors: [w, b], scores: (f) => tf.add(tf.matMul(f, w), b) as tf.Tensor2D }
}

/**
 * −s·r_c with r_c = ‖q̂ − D̂_cᵀα_c‖², in the direct form, and α = W q̂ with W = D̂ (D̂ᵀD̂ + λI)⁻¹ computed once. The rows of
 * each class are filled with zeros to the size k of the largest, so that all classes are one batched product.
 */
function dmlCrc({ metric, dictionary, labels, lambda, temperature, rule, normalise }: DmlCrcHead): Computation {
  const [, d] = dictionary.shape
  const classes = labels.data.reduce((a, b) => Math.max(a, b)) + 1
  const rows: number[][] = Array.from({ length: classes }, () => [])
  labels.data.forEach((label, i) => {
    rows[label].push(i)
  })
  const k = Math.max(...rows.map((list) => list.length))
  const padded = new Float32Array(classes * k * d)
  rows.forEach((list, c) => {
    list.forEach((row, i) => {
      padded.set(dictionary.data.subarray(row * d, (row + 1) * d), (c * k + i) * d)
    })
  })
  const { l, blocks, w } = tf.tidy(() => {
    const l = tensorOf(metric)
    const mapped = map(tf.tensor2d(padded, [classes * k, d]), l)
    const r = mapped.shape[1]
    const gram = tf.add(tf.matMul(mapped, mapped, true), tf.mul(tf.eye(r), lambda))
    const w = choleskySolve(cholesky(gram), tf.transpose(mapped)) as tf.Tensor2D
    return { l, blocks: tf.reshape(mapped, [classes, k, r]), w }
  })
  return {
    dim: d,
    tensors: [l, blocks, w],
    scores(features) {
      const q = map(normaliseTensor(features, normalise), l)
      const [b] = q.shape
      const alpha = tf.transpose(tf.reshape(tf.matMul(q, w), [b, classes, k]), [1, 0, 2])
      const rest = tf.sub(tf.expandDims(q, 0), tf.matMul(alpha, blocks))
      const plain = tf.sum(tf.square(rest), 2)
      // The ε of the metric package's ratio rule.
      const residuals = rule === 'ratio' ? tf.div(plain, tf.add(tf.sum(tf.square(alpha), 2), 1e-6)) : plain
      return tf.mul(tf.transpose(residuals), -temperature) as tf.Tensor2D
    },
  }
}

/** x Lᵀ */
function map(x: tf.Tensor2D, l: tf.Tensor): tf.Tensor2D {
  return (l.rank === 1 ? tf.mul(x, l) : tf.matMul(x, l as tf.Tensor2D, false, true)) as tf.Tensor2D
}
