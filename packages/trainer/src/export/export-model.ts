import { join } from 'node:path'
import { replaceFolder, writeFileAtomic } from '@dml-crc/core'
import { openModel } from '@dml-crc/metric'
import { describeNetwork } from './describe-network.ts'
import { savedModel } from './graph-def.ts'
import { imageGraph } from './image-graph.ts'
import { BACKBONE, checkReplaceable, type ImageModelParts, writeImageModel } from './image-model-file.ts'
import { writeTfjsModel } from './tfjs-model.ts'

const SAVED_MODEL = 'saved_model/saved_model.pb'
const TFJS = ['tfjs/model.json', 'tfjs/weights.bin']

/**
 * Writes a trained model as one folder: `backbone.safetensors`, `model.safetensors` and `export.json`, which
 * {@link loadExport} reads; and, of the whole way from images [B, size, size, 3] (RGB 0…255) to `features` and `scores`,
 * `tfjs/model.json` for browsers (`tf.loadGraphModel`), which describes itself under `userDefinedMetadata.dmlCrc`, and
 * `saved_model/` for TensorFlow. These two look at one view of an image, with its mirror image where the model does: where `resize`
 * has several short sides, the mean over them is taken outside, as `loadModel` of @dml-crc/browser does.
 * The folder is put in its place as a whole, with the digests of its files; one that holds other things than an export is left
 * as it is.
 * @throws {InputError} when the backbone does something that the export has no name for, or the folder holds other things.
 */
export async function exportModel(folder: string, options: ImageModelParts): Promise<void> {
  const { backbone, model } = options
  await checkReplaceable(folder)
  const open = openModel(model)
  try {
    const graph = await imageGraph(options, open.scores)
    await replaceFolder(folder, async (aside) => {
      await backbone.saveWeights(join(aside, BACKBONE))
      await writeTfjsModel(join(aside, 'tfjs'), graph, { description: describeNetwork(options) })
      await writeFileAtomic(join(aside, SAVED_MODEL), savedModel(graph))
      await writeImageModel(aside, options, { others: [BACKBONE, SAVED_MODEL, ...TFJS] })
    })
  } finally {
    open.dispose()
  }
}
