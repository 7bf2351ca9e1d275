import { join } from 'node:path'
import { type FeatureNetwork, openOwnNetwork, type Preprocessing } from '@dml-crc/backbones'
import { saveModel } from '@dml-crc/metric/files'
import { describeNetwork } from './describe-network.ts'
import { imageGraph } from './image-graph.ts'
import type { ImageModelParts } from './image-model-file.ts'
import type { Precision } from './precision.ts'
import { writeTfjsModel } from './tfjs-model.ts'

/** The graph takes RGB 0…255 and normalises it itself. */
const RAW: Preprocessing = {
  crop: 1,
  interpolation: 'bilinear',
  channels: 'rgb',
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
}

/**
 * Writes what `loadModel` of @dml-crc/browser fetches: `tfjs/`, the network alone, which gives features, and
 * `model.safetensors`, which can be taught there. An export has more: its graph gives scores too, and fits no taught model.
 * `precision` is that of the network's weights, float32 where left out.
 * @throws {InputError} when the backbone does something that the export has no name for.
 */
export async function writePageModel(
  folder: string,
  parts: ImageModelParts,
  { precision }: { precision?: Precision } = {},
): Promise<void> {
  const graph = await imageGraph(parts)
  await writeTfjsModel(join(folder, 'tfjs'), graph, { description: describeNetwork(parts), precision })
  await saveModel(join(folder, 'model.safetensors'), parts.model)
}

/**
 * The network of a folder that {@link writePageModel} wrote, to take features with in Node.
 * @throws {DataError} when its files are missing or damaged.
 */
export const openPageNetwork = (folder: string): Promise<FeatureNetwork> =>
  openOwnNetwork(join(folder, 'tfjs', 'model.json'), { layers: ['features'], preprocessing: RAW })
