import * as z from 'zod'
import { count, positive } from '../model/arrays.ts'
import { FORMS, INITS } from './mahalanobis/mahalanobis.ts'

/** The options of learning a metric for DML-CRC, with the defaults that hold in all packages. */
export const metricOptions = {
  rank: count.optional().describe('Rows r of L; 256, or less where the features or the samples are fewer, when absent'),
  form: z.enum(FORMS).default('low-rank').describe('L [r, d], L [d, d], or a diagonal'),
  init: z.enum(INITS).optional().describe('Where L starts: `within`, or `identity` in the diagonal form, when absent'),
  unitLength: z.boolean().default(false).describe('Scale samples and queries to length 1 after L'),
  rule: z.enum(['plain', 'ratio']).default('plain').describe('How class residuals are measured'),
  lambda: positive.default(0.1).describe('λ at the start; learned from there'),
  temperature: z
    .number()
    .min(0)
    .default(30)
    .describe('s, the weight of the class residuals at the start; learned from there, 0 leaves them out'),
  meanWeight: z
    .number()
    .min(0)
    .default(0)
    .describe('u, the weight of the cosine to the class mean at the start; learned from there, 0 leaves it out'),
  ridgeWeight: z
    .number()
    .min(0)
    .default(0)
    .describe('t, the weight of the sum of a class’s codes at the start; learned from there, 0 leaves it out'),
  noise: z
    .number()
    .min(0)
    .default(1)
    .describe('Length of the noise, of random signs, put on each sample at each step, relative to the sample’s own'),
  smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0.3)
    .describe(
      'Share of each target that is spread evenly over all classes, so that none is pushed further than needed',
    ),
  steps: z
    .int()
    .min(0)
    .default(50)
    .describe('Steps, or the largest number of them where `earlyStop` chooses; 0 learns nothing'),
  batch: count
    .default(6000)
    .describe('Most samples of a step, drawn anew for each and coded over one another; all, where there are not more'),
  learningRate: positive
    .default(2e-3)
    .describe('Adam’s first rate for L, lowered along half a cosine; ten times that for λ and the weights'),
  pull: z.number().min(0).default(0).describe('Weight of the pull of L to its start, ½‖L − L₀‖²·pull'),
  earlyStop: z
    .union([
      z.literal(false),
      z.strictObject({
        folds: z.int().min(2).describe('Folds of the fit set'),
        tried: count.default(1).describe('How many of them are tried'),
      }),
    ])
    .default(false)
    .describe('Choose the number of steps on held-out folds, then fit on everything'),
}

const schema = z.strictObject(metricOptions)
export type MetricOptions = Readonly<z.output<typeof schema>>

/** The options as they are where none is given. */
export const DEFAULTS: MetricOptions = schema.parse({})
