import type { Experiment } from './schema.ts'

/** The same experiment with one view of each image: the first short side, without mirror images or random views. */
export const withOneView = (experiment: Experiment): Experiment => ({
  ...experiment,
  shortSide: [experiment.shortSide].flat()[0],
  mirror: false,
  randomViews: 0,
})
