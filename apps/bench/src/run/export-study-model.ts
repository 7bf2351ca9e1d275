import type { Backbone } from '@dml-crc/backbones'
import { exportModel, type Head } from '@dml-crc/trainer'
import type { Study } from './study.ts'
import { testView } from './test-view.ts'

/** Writes the model to the folder that the run has for it, where it has one; it looks at images as the run's rows do. */
export async function exportStudyModel(
  { modelFolder, experiment, images }: Study,
  backbone: Backbone,
  head: () => Promise<Head>,
): Promise<void> {
  if (!modelFolder) return
  const { reduced: resize } = testView(backbone, experiment)
  const { mirror } = experiment
  await exportModel(modelFolder, { backbone, head: await head(), classes: images.dataset.classes, resize, mirror })
}
