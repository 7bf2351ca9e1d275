import type { Backbone } from '@dml-crc/backbones'
import { type Model, predict } from '@dml-crc/metric'
import type { TrainingEntry } from '../../experiment/schema.ts'
import { peakRssMb } from '../../results/machine.ts'
import type { Row } from '../../results/schema.ts'
import { imageFeatures } from '../features.ts'
import type { rowHead } from '../frozen.ts'
import { classifyAndMeasure } from '../measure.ts'
import type { Study } from '../study.ts'
import { describeEarlyStop } from './early-stop.ts'
import type { Trained } from './train.ts'

interface RowParts {
  key: string
  head: ReturnType<typeof rowHead> & Pick<Row, 'regime' | 'method' | 'entry' | 'baseline'>
  seed: number
  /** Before the training. */
  beginSeconds: number
  options: Row['options'] & { train: TrainingEntry }
  resolved: Row['options']
  trained: Trained
}

/** Measures a classifier on the test features of the backbone as it is now, the mean over the fixed views as everywhere. */
export async function addTrainedRow(
  { experiment, images, folder, terminal, signal }: Study,
  backbone: Backbone,
  model: Model,
  { key, head, seed, beginSeconds, options, resolved, trained }: RowParts,
): Promise<void> {
  const { features, labels, seconds } = await imageFeatures(backbone, images.test, { experiment, terminal, signal })
  const said = await classifyAndMeasure(() => predict(model, features), labels)
  const row = {
    ...head,
    split: { ...head.split, select: describeEarlyStop(options.train, head.split.fit) },
    options,
    resolved,
    ...(trained.chosen && { chosen: [trained.chosen] }),
    seed,
    ...said.measures,
    seconds: { features: seconds, fit: beginSeconds + trained.seconds, classify: said.seconds },
    peakRssMb: peakRssMb(),
  }
  await folder.add(key, row, said.prediction.labels, { curves: [trained.curve] })
}
