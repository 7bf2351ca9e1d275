import { parseOptions } from '@dml-crc/metric'
import { FeatureExperiment } from './feature-schema.ts'
import { Experiment } from './schema.ts'

/**
 * Checks what was read from an experiment file and fills in the defaults.
 * @param source what to call the file in errors
 * @throws InputError about the first fault: an unknown key (with the nearest known one), a missing or wrong value
 */
export const validateExperiment = (value: unknown, source: string): Experiment =>
  parseOptions(Experiment, value, source, 'The schema, with every key and its meaning: dml-crc run --schema')

/**
 * The same for an experiment on files of features.
 * @throws InputError as {@link validateExperiment}
 */
export const validateFeatureExperiment = (value: unknown, source: string): FeatureExperiment =>
  parseOptions(FeatureExperiment, value, source, 'The experiment heads.json has every key.')
