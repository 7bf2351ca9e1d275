import type * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { defineMethod } from '../../fitting/define-method.ts'
import { factorOptions, learnFactor } from '../../learning/learn-factor.ts'
import { lmnnLoss, targetNeighbours } from '../../learning/losses/lmnn-loss.ts'
import { count } from '../../model/arrays.ts'
import { toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'
import { checkNeighbours } from '../nearest/knn.ts'
import { neighboursIn } from './nca.ts'

/**
 * Large margin nearest neighbours: pulls each sample's k nearest of its class close and pushes others a unit further
 * off, then kNN in that metric.
 */
export const lmnn = defineMethod({
  name: 'lmnn',
  label: 'LMNN',
  paper: 'Weinberger, Saul, "Distance metric learning for large margin nearest neighbor classification", JMLR 2009',
  options: {
    ...factorOptions,
    k: count.default(3).describe('Neighbours that are pulled close, and that vote'),
    push: z.number().gt(0).lt(1).default(0.5).describe('Weight of the push against the pull'),
  },
  grid: { k: [1, 3, 5] },
  fit: (samples, { k, push, ...options }) =>
    withTensors(async (own) => {
      const { features, labels } = samples
      checkNeighbours(k, labels.length)
      const x = own(toTensor(features))
      const targets = await targetNeighbours(x, labels, k)
      const loss = (factor: tf.Tensor2D) => lmnnLoss(factor, x, labels, targets, push)
      return neighboursIn(await learnFactor(features, options, loss), samples, k)
    }),
})
