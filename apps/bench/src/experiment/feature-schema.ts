import * as z from 'zod'
import { MethodEntry, selectAndSeed } from './method-schema.ts'

/** An experiment on features that are there as files: every method on every set and network. */
export const FeatureExperiment = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]+$/)
    .describe('Name of the folder below runs/'),
  description: z.string(),
  features: z
    .strictObject({
      root: z.string().default('features').describe('The folder of the files'),
      sets: z
        .array(
          z.strictObject({
            dataset: z.string().describe('Name of the set'),
            fit: z.string().describe('The split that everything is fitted and chosen on'),
            test: z.string().describe('The split that is only reported on'),
          }),
        )
        .min(1),
      networks: z.array(z.string()).min(1).describe('Names of the networks that the features are of'),
    })
    .describe('Files DATASET.NETWORK.SPLIT.safetensors, each with `features` [N, d] and `labels` [N]'),
  ...selectAndSeed,
  methods: z.array(MethodEntry).min(1),
})

export type FeatureExperiment = z.infer<typeof FeatureExperiment>
export type FeatureSet = FeatureExperiment['features']['sets'][number]
