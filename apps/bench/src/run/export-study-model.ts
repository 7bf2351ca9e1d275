import type { Backbone, FeatureNetwork } from '@dml-crc/backbones'
import type { Model } from '@dml-crc/metric'
import { exportModel, holdsImageModel, saveImageModel } from '@dml-crc/trainer'
import { modelOfRun } from '../results/model-folder.ts'
import { asBackbone } from './open-backbone.ts'
import type { Study } from './study.ts'
import { shortSides } from './views.ts'

/** What is written of a study's model: it looks at images as the run's rows do, and knows what it was fitted on. */
function partsOf({ experiment, images }: Study, backbone: Backbone, model: Model) {
  const resize = shortSides(backbone, experiment)
  const { mirror } = experiment
  return { backbone, model, resize, mirror, samples: images.fit.map(({ id }) => id) }
}

/** Whether a run keeps the model of a row: the first of DML-CRC, on a network that is found again by its weights. */
export const keepsModel = ({ folder }: Study, weights: string | undefined): boolean =>
  weights !== undefined && !holdsImageModel(modelOfRun(folder.path))

/** Keeps a model in `model/` in the folder of the run, by the name of the weights of its backbone. */
export async function keepStudyModel(
  study: Study,
  network: FeatureNetwork,
  weights: string,
  model: Model,
): Promise<void> {
  const backbone = asBackbone(network, 'a model')
  await saveImageModel(modelOfRun(study.folder.path), partsOf(study, backbone, model), weights)
}

/** Exports a model to `model/` in the folder of the run, where that is asked for. */
export async function exportStudyModel(
  study: Study,
  network: FeatureNetwork,
  model: () => Promise<Model>,
): Promise<void> {
  if (!study.exportsModel) return
  const backbone = asBackbone(network, 'the export')
  await exportModel(modelOfRun(study.folder.path), partsOf(study, backbone, await model()))
}
