import { datasetNames } from '@dml-crc/datasets'
import * as z from 'zod'
import { MethodEntry, SweepEntry, selectAndSeed } from './method-schema.ts'
import { EndToEnd, type EndToEndEntry, Pretraining, type TrainingEntry } from './training-schema.ts'

const positive = z.number().int().positive()

/** From the least to the most. */
const share = z
  .tuple([z.number().positive(), z.number().max(1)])
  .refine(([least, most]) => least <= most, 'the smaller share first')

const shortSide = z.number().min(1)

const Dataset = z
  .strictObject({
    name: z.enum(datasetNames).describe('The loader that reads the set'),
    root: z.string().optional().describe('Where the set is; the folder of downloads when absent'),
    manifest: z.string().optional().describe('Of a folder: the list of its images, CSV or JSON'),
    fractions: z
      .record(z.string(), z.number().positive())
      .optional()
      .describe('Of a folder: parts of each class by split, where no manifest has splits'),
    seed: z.number().int().min(0).optional().describe('Of a folder: decides which image goes into which split'),
    perClass: z
      .strictObject({ train: positive, val: positive, test: positive })
      .optional()
      .describe('Images of each class in each split, for the set that is drawn'),
  })
  .describe('The images')

const Splits = z
  .strictObject({
    fit: z.string().describe('What everything is fitted and chosen on'),
    test: z
      .string()
      .describe('What is only reported on; «5 folds»: cross-validation over the fit split, each image tested once'),
  })
  .describe('The splits by their official names')

/** The names that `findPool` of `@dml-crc/backbones` knows. */
const Pool = z.union([
  z.enum(['average', 'max', 'class token', 'class token and average', 'bilinear']),
  z.templateLiteral(['generalised mean ', z.number().positive()]),
])

const Backbone = z
  .strictObject({
    name: z
      .string()
      .describe(
        'Name in the list of `@dml-crc/backbones`, or the path of a network of your own: a model.json or an .onnx',
      ),
    weights: z.string().default('auto').describe('auto, none, the tag of published weights, or a safetensors file'),
    layers: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('The layers whose outputs are the feature, side by side; what the backbone states where left out'),
    pools: z
      .array(Pool)
      .min(1)
      .optional()
      .describe(
        "What makes a part of a feature of each layer's map, side by side; what the backbone states where left out",
      ),
    inputSize: positive.optional().describe('Side of the square that the network sees'),
    preprocessing: z
      .enum(['imagenetRgb', 'imagenetBgr', 'minusOneToOne'])
      .optional()
      .describe('What a network of your own expects of its pixels; imagenetRgb where left out'),
    pretrain: Pretraining.optional().describe('Train it with softmax on the fit split before any feature is taken'),
  })
  .describe('A network that makes features')

/** An experiment file. */
export const Experiment = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[\w-]+$/)
    .describe('Name of the folder below runs/'),
  description: z.string(),
  dataset: Dataset,
  splits: Splits,
  backbones: z.array(Backbone).min(1).describe('Each is run with every method'),
  ...selectAndSeed,
  batchSize: positive.default(32).describe('Images per batch when features are extracted'),
  shortSide: z
    .union([shortSide, z.array(shortSide).min(1)])
    .optional()
    .describe(
      'The short side an image is resized to, over the side of the square cut out of its middle; what the weights of the backbone state where left out. With a list, the features of an image are the mean over a view at each',
    ),
  mirror: z.boolean().default(false).describe('Take the mean of the features of each view and of its mirror image'),
  randomViews: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'Random crops of each image to fit on, which methods are given beside the fixed views as views of one image',
    ),
  randomScale: share
    .default([0.3, 1])
    .describe('Share of an image that a random view shows, to fit on or to train a network on'),
  methods: z.array(MethodEntry).default([]),
  endToEnd: z.array(EndToEnd).default([]),
  sweeps: z.array(SweepEntry).default([]),
})

export type Experiment = z.infer<typeof Experiment>
export type BackboneEntry = z.infer<typeof Backbone>
export type { EndToEndEntry, MethodEntry, SweepEntry, TrainingEntry }

/** The JSON Schema that editors complete and check experiment files with. */
export const experimentJsonSchema = () => z.toJSONSchema(Experiment, { io: 'input' })
