import { DEFAULT_FOLDS } from '@dml-crc/metric'
import * as z from 'zod'
import { optionsOf } from './method-schema.ts'

const positive = z.number().int().positive()

const smoothing = z
  .number()
  .min(0)
  .lt(1)
  .describe('Share of each target of the loss that is spread evenly over all classes')

const training = {
  epochs: positive.describe('Times that every image is seen, or the most of them where `earlyStop` chooses'),
  batchSize: positive,
  learningRate: z.number().positive().describe('Peak rate of the head or the metric'),
  weightDecay: z.number().min(0).optional(),
  warmUp: z.number().min(0).max(0.99).optional().describe('Share of the steps in which the rate rises'),
  clipNorm: z.number().positive().optional().describe('Limit on the norm of the gradients'),
  augment: z
    .enum(['trivial', 'rand'])
    .optional()
    .describe('Also change each view by TrivialAugment, or by RandAugment with two operations at strength 9 of 30'),
  earlyStop: z
    .strictObject({
      folds: z
        .number()
        .int()
        .min(2)
        .default(DEFAULT_FOLDS)
        .describe('One of this many folds of the fit split is held out'),
      patience: positive.default(2).describe('Epochs in a row without a better accuracy that end the training'),
    })
    .optional()
    .describe(
      'Measure the accuracy on a part of the fit split that is not trained on after every epoch, and keep the weights of the best; every image of the split is among the samples that classify afterwards',
    ),
}

const fineTuning = {
  ...training,
  backboneRate: z.number().min(0).optional().describe('Factor on the rate for the backbone'),
  freeze: z.string().optional().describe('The last block of the backbone that is not trained; nor are those before it'),
}

/** Of losses that take the mixed labels of mixed images. */
const softTargets = {
  smoothing: smoothing.optional(),
  mix: z
    .strictObject({ method: z.enum(['mixup', 'cutMix']), alpha: z.number().positive().default(1) })
    .optional()
    .describe('Mix every two images of a batch, and their labels; the shares have the distribution Beta(alpha, alpha)'),
}

/** How a network is trained from scratch. */
export const Pretraining = z
  .strictObject({ ...training, ...softTargets })
  .describe('How a network is trained; on random views of the images, as `randomScale` has them')

export type Pretraining = z.infer<typeof Pretraining>

const FineTuning = z
  .strictObject(fineTuning)
  .describe('How network and classifier are trained; on random views of the images, as `randomScale` has them')

const shared = {
  label: z.string().optional().describe('Its name in the tables'),
  seeds: positive.default(1),
}

/** A method that trains network and classifier together. */
export const EndToEnd = z
  .discriminatedUnion('method', [
    z.strictObject({
      method: z.literal('dmlCrc'),
      ...shared,
      train: FineTuning.extend({
        metricRate: z.number().min(0).optional().describe('Factor on the rate for the metric, λ and the weights'),
        refreshEvery: positive
          .optional()
          .describe('Epochs between two computations of the features of all images that a batch is coded over'),
        refit: z
          .boolean()
          .default(false)
          .describe(
            'Fit `dmlCrc` anew on the features of the trained network, random views included, in place of the metric that was trained',
          ),
        smoothing: smoothing.optional().meta({
          description:
            'As `smoothing` of `options`, while network and metric are trained together; the same where left out',
        }),
      }),
      options: optionsOf('dmlCrcGradient').describe('Of the metric learned on the frozen features, where it starts'),
    }),
    z.strictObject({
      method: z.literal('softmax'),
      ...shared,
      train: FineTuning.extend(softTargets),
    }),
    z.strictObject({ method: z.literal('arcFace'), ...shared, train: FineTuning }),
    z.strictObject({ method: z.literal('proxyNca'), ...shared, train: FineTuning }),
    z.strictObject({ method: z.literal('triplet'), ...shared, train: FineTuning }),
  ])
  .describe('A method that trains network and classifier together')

export type EndToEndEntry = z.infer<typeof EndToEnd>

/** What every training has. */
export type TrainingEntry = Omit<Pretraining, 'smoothing'>
