import { join } from 'node:path'
import type { Backbone } from '@dml-crc/backbones'
import { exportModel, type Head } from '@dml-crc/trainer'
import type { Study } from './study.ts'
import { testView } from './test-view.ts'

/** Writes the model to `model/` in the folder of the run, where one is asked for; it looks at images as the run's rows do. */
export async function exportStudyModel(
  { exportsModel, folder, experiment, images }: Study,
  backbone: Backbone,
  head: () => Promise<Head>,
): Promise<void> {
  if (!exportsModel) return
  const { reduced: resize } = testView(backbone, experiment)
  const { mirror } = experiment
  await exportModel(join(folder.path, 'model'), {
    backbone,
    head: await head(),
    classes: images.dataset.classes,
    resize,
    mirror,
  })
}
