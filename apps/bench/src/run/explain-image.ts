import { basename } from 'node:path'
import { InputError, Prng } from '@dml-crc/core'
import { dmlCrc, explain } from '@dml-crc/metric'
import type { Experiment } from '../experiment/schema.ts'
import { splitFeatures } from './features.ts'
import { interruptible } from './interruptible.ts'
import { openBackbone } from './open-backbone.ts'
import { type PrepareOptions, prepare } from './prepare.ts'

/** Learns the metric of the experiment's DML-CRC on the fit split and explains one test image by it. */
export async function explainImage(given: Experiment, options: PrepareOptions & { image: string; top: string }) {
  const { experiment, images } = await prepare(given, options)
  const at = images.test.findIndex(
    ({ id, path }) => id === options.image || basename(path).startsWith(basename(options.image)),
  )
  if (at < 0) {
    throw new InputError('--image', {
      expected: `an image of ${experiment.splits.test}, such as ${images.test[0].id}`,
      received: `«${options.image}»`,
      remedy: 'Name one of that split, or another split with --test.',
    })
  }
  const backbone = await openBackbone(experiment)
  try {
    const study = { images, experiment, terminal: options.terminal }
    const { fit, test } = await interruptible((signal) => splitFeatures({ ...study, signal }, backbone))
    const entry = experiment.methods.find(({ method }) => method === 'dmlCrc')
    const prng = Prng.fromSeed(experiment.seed)
    const model = await dmlCrc.make(entry?.options, { prng }).fit(fit.features, fit.labels)
    const width = test.features.shape[1]
    const query = { data: test.features.data.slice(at * width, (at + 1) * width), shape: [1, width] as const }
    const [found] = await explain(model, query, { top: Number(options.top) })
    const { classes } = images.dataset
    return {
      id: images.test[at].id,
      truth: classes[images.test[at].label],
      predicted: classes[found.predicted],
      right: found.predicted === images.test[at].label,
      support: found.samples.map(({ index, label, code }) => ({
        id: images.fit[index].id,
        className: classes[label],
        code,
      })),
    }
  } finally {
    backbone.dispose()
  }
}
