import { join } from 'node:path'
import type { FeatureNetwork } from '@dml-crc/backbones'
import type { Model } from '@dml-crc/metric'
import { exportModel } from '@dml-crc/trainer'
import { asBackbone } from './open-backbone.ts'
import type { Study } from './study.ts'
import { testView } from './test-view.ts'

/** Writes the model to `model/` in the folder of the run, where one is asked for; it looks at images as the run's rows do. */
export async function exportStudyModel(
  { exportsModel, folder, experiment }: Study,
  network: FeatureNetwork,
  model: () => Promise<Model>,
): Promise<void> {
  if (!exportsModel) return
  const backbone = asBackbone(network, 'the export')
  const { reduced: resize } = testView(backbone, experiment)
  const { mirror } = experiment
  await exportModel(join(folder.path, 'model'), { backbone, model: await model(), resize, mirror })
}
