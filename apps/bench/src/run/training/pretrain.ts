import { existsSync } from 'node:fs'
import { shuffled } from '@dml-crc/datasets'
import { softmaxTask } from '@dml-crc/trainer'
import type { BackboneEntry } from '../../experiment/schema.ts'
import { pretrainKey } from '../entry-keys.ts'
import { rowHead } from '../frozen.ts'
import { fittedClasses } from '../images.ts'
import { seedKey } from '../measure-method.ts'
import { asBackbone, openNetwork } from '../open-backbone.ts'
import type { Study } from '../study.ts'
import { heldOutAccuracy, learningParts } from './early-stop.ts'
import { train } from './train.ts'
import { addTrainedRow } from './trained-row.ts'

/** What the weights of a backbone that the run trains from scratch are called. */
export function pretrainedName({ backbones }: Pick<Study['experiment'], 'backbones'>, entry: BackboneEntry): string {
  const isAlone = backbones.filter((other) => other.name === entry.name && other.pretrain).length === 1
  return isAlone ? entry.name : `${entry.name}-${pretrainKey(entry)}`
}

/**
 * Trains a backbone from scratch with softmax, adds the row of its own head, and saves the weights.
 * @returns the file of the weights; a resumed run that has them already trains nothing
 */
export async function pretrain(
  study: Study,
  entry: BackboneEntry & { pretrain: NonNullable<BackboneEntry['pretrain']> },
): Promise<string> {
  const { experiment, prng, folder, images } = study
  const { name, pretrain: training } = entry
  const { seed } = experiment
  const entryKey = pretrainKey(entry)
  const key = seedKey(entryKey, seed)
  // Where the run is may change once it has its first row.
  const file = () => folder.weightsFile(pretrainedName(experiment, entry))
  if (folder.has(key) && existsSync(file())) return file()
  const backbone = asBackbone(await openNetwork(entry, { seed }), 'pretrain')
  try {
    const own = prng.split('pretrain')
    const { smoothing } = training
    const task = softmaxTask({ backbone, classes: fittedClasses(images).length, prng: own.split('head'), smoothing })
    try {
      const { records, held } = learningParts(study, training, own)
      const trained = await train(study, task, backbone, training, {
        title: `softmax from scratch on ${name}`,
        prng: own,
        checkpoints: folder.checkpointsOf(key),
        sampler: shuffled,
        records,
        heldOutAccuracy: held && (async () => heldOutAccuracy(study, backbone, held, await task.model())),
      })
      await backbone.saveWeights(file())
      // Weights that were lost are made again; the row is there already.
      if (folder.has(key)) return file()
      await addTrainedRow(study, backbone, await task.model(), {
        key,
        head: {
          ...rowHead(study, backbone),
          regime: 'end-to-end',
          method: 'softmax',
          entry: entryKey,
          baseline: true,
        },
        seed,
        beginSeconds: 0,
        options: { train: training },
        resolved: { train: training },
        trained,
      })
    } finally {
      task.dispose()
    }
    return file()
  } finally {
    backbone.dispose()
  }
}
