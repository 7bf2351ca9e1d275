import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { Classifier } from '../fitting/define-method.ts'
import { oneHot } from '../heads/one-hot.ts'
import { leftOutAnswers } from '../heads/ridge-system.ts'
import { leftOutProducts, shrunkFactor, withinClass } from '../heads/within-class.ts'
import { predict } from '../model/predict.ts'
import type { Matrix } from '../samples/matrix.ts'
import goldens from '../testdata/head-goldens.json' with { type: 'json' }
import { expectClose, matrix, onCpuWithoutLeaks, PLAIN } from '../testdata/references.ts'
import { kernelRidge } from './kernel/kernel-ridge.ts'
import { ranPac } from './kernel/ran-pac.ts'
import { lda } from './linear/lda.ts'
import { linearSvm } from './linear/linear-svm.ts'
import { wccn } from './nearest/wccn.ts'

onCpuWithoutLeaks()

const features = matrix(goldens.features)
const queries = matrix(goldens.queries)
const labels = Int32Array.from(goldens.labels)

async function scoresOf(classifier: Classifier, on = features, by: ArrayLike<number> = labels, what = queries) {
  return (await predict(await classifier.fit(on, by), what)).scores
}

const softmax = ({ data, shape }: Matrix) => tf.tidy(() => tf.softmax(tf.tensor2d(data, [...shape])).dataSync())

describe('against scikit-learn and NumPy', () => {
  it.each([
    [0.3, goldens.lda],
    ['ledoitWolf' as const, goldens.ldaAuto],
  ])('LDA, shrinkage %s', async (shrinkage, expected) => {
    expectClose(softmax(await scoresOf(lda.make({ ...PLAIN, shrinkage }))), expected, 1e-3)
  })

  it.each([
    [0.5, goldens.svm],
    [50, goldens.svmHard],
  ])('linear SVM, C=%s', async (cost, expected) => {
    expectClose((await scoresOf(linearSvm.make({ ...PLAIN, cost }))).data, expected, 1e-3)
  })

  it('kernel ridge', async () => {
    expectClose(
      (await scoresOf(kernelRidge.make({ ...PLAIN, gamma: 0.05, lambda: 0.2 }))).data,
      goldens.kernelRidge,
      1e-4,
    )
  })

  it('WCCN', async () => {
    expectClose((await scoresOf(wccn.make({ ...PLAIN, shrinkage: 0.7 }))).data, goldens.wccn, 1e-4)
  })
})

describe('leaving one out in closed form equals fitting without it', () => {
  it('inner products with class means', () => {
    tf.tidy(() => {
      const stats = withinClass({ features, labels, classes: 4 })
      const { xx, xm, mm } = leftOutProducts(stats, shrunkFactor(stats, 0.6, 0.4), 0.6)
      expectClose(tf.broadcastTo(xx, xm.shape).dataSync(), goldens.leftOutXx, 1e-3)
      expectClose(xm.dataSync(), goldens.leftOutXm, 1e-3)
      expectClose(mm.dataSync(), goldens.leftOutMm, 1e-3)
    })
  })

  it('ridge regression, from rows and from their Gram matrix', () => {
    tf.tidy(() => {
      const rows = tf.tensor2d(goldens.features)
      const targets = oneHot(labels, 4)
      const gram = tf.matMul(rows, rows, false, true) as tf.Tensor2D
      expectClose(leftOutAnswers({ rows, targets }, 0.8).dataSync(), goldens.leftOutRidge, 1e-3)
      expectClose(leftOutAnswers({ gram, targets }, 0.8).dataSync(), goldens.leftOutRidge, 1e-3)
    })
  })
})

describe('RanPAC', () => {
  it.each([12, 64])('keeps the normal equations of ridge regression on %s random features', async (width) => {
    const lambda = 0.3
    const classifier = ranPac.make({ ...PLAIN, width, lambda }, { prng: Prng.fromSeed(4) })
    const { data, shape } = await scoresOf(classifier, features, labels, features)
    tf.tidy(() => {
      const normals = Prng.fromSeed(4)
        .split('projection')
        .normals(10 * width)
      const projection = tf.div(tf.tensor2d(normals, [10, width]), Math.sqrt(width))
      const h = tf.relu(tf.matMul(tf.tensor2d(goldens.features), projection))
      const answers = tf.tensor2d(data, [...shape])
      // W = Hᵀ(Y − HW)/λ, so that HHᵀ(Y − HW)/λ gives the answers HW again.
      const left = tf.div(tf.sub(oneHot(labels, 4), answers), lambda)
      const again = tf.matMul(h, tf.matMul(h, left, true)).dataSync()
      expectClose(again, answers.arraySync() as number[][], 1e-3)
    })
  })
})

describe('without options', () => {
  const all = {
    lda: lda.make(PLAIN),
    wccn: wccn.make(PLAIN),
    linearSvm: linearSvm.make(PLAIN),
    kernelRidge: kernelRidge.make(PLAIN),
    ranPac: ranPac.make({ ...PLAIN, width: 40 }, { prng: Prng.fromSeed(1) }),
  }
  it.each(Object.entries(all))('%s says what it chose among how many, and chose the best', async (_, classifier) => {
    const { chosen } = await classifier.fit(features, labels)
    expect(Object.keys(chosen!).length).toBeGreaterThan(0)
    for (const { value, accuracy, tried } of Object.values(chosen!)) {
      expect(tried.length).toBeGreaterThan(2)
      expect(tried.find((each) => each.value === value)?.accuracy).toBe(accuracy)
      expect(accuracy).toBe(Math.max(...tried.map((each) => each.accuracy)))
    }
  })
})
