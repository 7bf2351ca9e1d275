import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { initialise, isTrained, type Parameter } from '../layers/parameter.ts'
import { type BuiltBlock, buildBlocks } from '../network.ts'
import type { GlobalPool } from '../pools.ts'
import type { BackboneRecord } from '../record.ts'
import { arrange } from './layout.ts'
import { tensorName } from './naming.ts'
import { findOrigins, recognise } from './origins.ts'
import { type Manner, ownNaming, poolUnit } from './own-format.ts'
import { statedPreprocessing } from './stated-preprocessing.ts'
import type { WeightsFile } from './weights-file.ts'

/** A network whose variables are filled, and how it is to be computed. */
export interface LoadedNetwork extends Manner {
  blocks: readonly BuiltBlock[]
  /** The number that a pool learns, where it learns one, for each layer that it pools. */
  ofPool: readonly Parameter[]
  /** SHA-256 of the file, or `none:seed`. */
  weightsId: string
}

/** How much of a record is made: so many blocks, and what makes a feature of the maps of which of them. */
interface Extent {
  depth: number
  layers: readonly string[]
  pools: readonly GlobalPool[]
}

/** The parameters [] of the pool that learns one, one for each layer. */
function parametersOfPool({ layers, pools }: Extent): Parameter[] {
  const learned = pools.find((pool) => pool.learned !== undefined)?.learned
  if (learned === undefined) return []
  return layers.map((block) => {
    const unit = poolUnit(block)
    return { unit, role: 'value', layout: 'linear', shape: [], initial: learned, block }
  })
}

const parametersOf = (blocks: readonly BuiltBlock[]) => blocks.flatMap(({ parameters }) => parameters)

function fill(parameter: Parameter, values: Float32Array): void {
  const tensor = tf.tensor(values, [...parameter.shape], 'float32')
  // Without a name of tfjs's choosing, which counts up and so differs from run to run.
  parameter.variable = tf.variable(tensor, isTrained(parameter))
  tensor.dispose()
}

/** The first `depth` blocks with the values of {@link initialise}. */
export function initialisedNetwork(record: BackboneRecord, extent: Extent, seed: number): LoadedNetwork {
  const { dialect, preprocessing } = record
  const blocks = buildBlocks(record.blocks.slice(0, extent.depth), dialect)
  const ofPool = parametersOfPool(extent)
  const prng = Prng.fromSeed(seed)
  for (const parameter of [...parametersOf(blocks), ...ofPool]) fill(parameter, initialise(parameter, prng))
  return { blocks, ofPool, dialect, preprocessing, weightsId: `none:${seed}` }
}

/**
 * The first `depth` blocks with the values of a file, whose naming is recognised; a pool that the file knows nothing of
 * starts from its first value. The preprocessing is the one given, else
 * the one that the file states, else that of the naming.
 * @throws {DataError} when the file is not of this network; it lists every tensor that does not fit.
 */
export async function loadedNetwork(
  record: BackboneRecord,
  extent: Extent,
  file: WeightsFile,
  given?: Manner['preprocessing'],
): Promise<LoadedNetwork> {
  const all = parametersOf(buildBlocks(record.blocks, record.dialect))
  const own = ownNaming(file)
  const naming = own ?? recognise(file, record.namings, all)
  const blocks = buildBlocks(record.blocks.slice(0, extent.depth), naming.dialect)
  const origins = findOrigins(file, naming, parametersOf(blocks), all)
  for (const [parameter, origin] of origins) {
    if ('constant' in origin) {
      fill(parameter, new Float32Array(parameter.shape[0]).fill(origin.constant))
    } else {
      const values = arrange(naming.framework, parameter, (await file.read(origin.tensor)).data)
      const less = origin.minus && (await file.read(origin.minus)).data
      fill(parameter, less ? values.map((value, i) => value - Number(less[i])) : values)
    }
  }
  const ofPool = parametersOfPool(extent)
  for (const parameter of ofPool) {
    const name = tensorName(naming, parameter)
    const saved = own && file.shapes.has(name) ? ((await file.read(name)).data as Float32Array) : undefined
    fill(parameter, saved ?? Float32Array.of(parameter.initial!))
  }
  const preprocessing = given ?? statedPreprocessing(file.metadata.input, naming.preprocessing) ?? naming.preprocessing
  return { blocks, ofPool, dialect: naming.dialect, preprocessing, weightsId: file.id }
}
