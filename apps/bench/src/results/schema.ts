import { z } from 'zod'

const fraction = z.number().min(0).max(1)
const seconds = z.number().min(0)

/** One measurement: one method with one seed on one backbone. Accuracies are fractions of one. */
export const Row = z.object({
  dataset: z.string(),
  split: z.object({ fit: z.string(), select: z.string(), test: z.string() }),
  backbone: z.string(),
  weights: z.string(),
  layer: z.string(),
  regime: z.enum(['frozen', 'end-to-end', 'none']),
  method: z.string(),
  /** Digest of what was asked for, which tells methods of one name apart; absent in rows that another program made. */
  entry: z.string().optional(),
  /** Whether it is a method that those of this project are to be compared with. */
  baseline: z.boolean(),
  /** The options that were given or chosen. */
  options: z.record(z.string(), z.unknown()),
  /** All options as the method had them, defaults included; absent where the method is no record. */
  resolved: z.record(z.string(), z.unknown()).optional(),
  /** How the options were chosen, where there was a choice. */
  selection: z.object({ folds: z.number().int(), candidates: z.number().int(), accuracy: fraction }).optional(),
  /** The options that the fit chose for itself; `atLimit` where a better value may lie beyond the grid. */
  chosen: z
    .array(
      z.object({
        option: z.string(),
        value: z.number(),
        candidates: z.number().int(),
        accuracy: fraction,
        atLimit: z.boolean(),
      }),
    )
    .optional(),
  seed: z.number().int(),
  top1: fraction,
  top5: fraction,
  meanPerClass: fraction,
  count: z.number().int(),
  seconds: z.object({ features: seconds, fit: seconds, classify: seconds }),
  peakRssMb: z.number(),
})

/** A number that a paper reports. It is shown beside the measured ones and never among them. */
export const Reported = z.object({
  dataset: z.string(),
  method: z.string(),
  backbone: z.string(),
  top1: fraction,
  source: z.string(),
  readAtSource: z.boolean(),
})

export const Results = z.object({
  schema: z.literal(1),
  experiment: z.string(),
  description: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  engine: z.object({ name: z.string(), library: z.string(), device: z.string() }),
  /** How much of a published data set was here, where it was not all: the accuracies are not those of the set. */
  part: z.string().optional(),
  machine: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The program that measured: its version, its commit in a checkout, the command line, and the root of all random numbers. */
  program: z
    .object({ version: z.string(), commit: z.string().optional(), command: z.string(), seed: z.number().int() })
    .optional(),
  /** The terms of the data set and of the weights. */
  terms: z.array(z.object({ what: z.string(), licence: z.string(), citation: z.string() })).optional(),
  rows: z.array(Row),
  reported: z.array(Reported),
})

export type Row = z.infer<typeof Row>
export type Reported = z.infer<typeof Reported>
export type Results = z.infer<typeof Results>
