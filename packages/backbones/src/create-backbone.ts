import { choiceError, InputError, type OnProgress } from '@dml-crc/core'
import { type Backbone, makeBackbone } from './backbone.ts'
import { checkedNames } from './feature-parts.ts'
import { findBackbone } from './list.ts'
import { averagePool, type GlobalPool } from './pools.ts'
import type { BackboneRecord } from './record.ts'
import { chooseWeights } from './weights/choose.ts'
import { fetchWeights } from './weights/hub.ts'
import { initialisedNetwork, loadedNetwork } from './weights/load.ts'
import { openTfjsModel } from './weights/tfjs-model.ts'
import { openSafetensors } from './weights/weights-file.ts'

export interface CreateBackboneOptions {
  /**
   * `none` for the first values of a training from scratch, a tag of the record for published weights, `auto` for the
   * recommended tag, or the path of a safetensors file or a TensorFlow.js model.json.
   */
  weights: string
  /**
   * The feature layers: what the pools make of their maps stands side by side in a feature, in this order, all scaled alike. Blocks
   * after the last of them are not made. The record's default layer where left out.
   */
  layers?: readonly string[]
  /** Decides the first values of a network without weights, and the dropout. */
  seed?: number
  /** Side of the images in pixels; the record's where left out. */
  inputSize?: number
  /** Batch norm in training by the batch's statistics, or by the stored ones; `live` without weights, else `frozen`. */
  norm?: 'live' | 'frozen'
  /** Share of the numbers that dense layers drop in training; 0 by default. */
  dropout?: number
  /** The last block that is not trained; nor are those before it. */
  freeze?: string
  /** Recompute each block for its gradient instead of keeping its maps: less memory, for one more forward pass. */
  recompute?: boolean
  /**
   * What makes a part of a feature of a layer's map: each layer is pooled by each of these. Where left out, the record's pool if its
   * default layer is among the layers, else the average.
   */
  pools?: readonly GlobalPool[]
  onProgress?: OnProgress
}

function depthOf(record: BackboneRecord, layer: string): number {
  const index = record.blocks.findIndex(({ name }) => name === layer)
  if (index >= 0) return index + 1
  const names = record.blocks.map(({ name }) => name)
  throw choiceError(`layer of ${record.name}`, layer, names)
}

function checkSize(record: BackboneRecord, depth: number, inputSize: number): void {
  const fixed = record.blocks.slice(0, depth).find(({ fixedInput }) => fixedInput)
  const { name, minimumSize, sideStep = 1 } = record
  const fits = Number.isInteger(inputSize) && inputSize >= minimumSize && inputSize % sideStep === 0
  if (fits && (!fixed || inputSize === record.inputSize)) return
  const number = sideStep > 1 ? `a multiple of ${sideStep}` : 'a whole number'
  throw new InputError(`inputSize of ${name}`, {
    expected: fixed ? `${record.inputSize}, as ${fixed.name} needs it` : `${number} of at least ${minimumSize}`,
    received: String(inputSize),
    remedy: fixed ? 'Leave inputSize out, or choose an earlier layer.' : 'Choose such a size.',
  })
}

/** The pools that are asked for, else the record's where its default layer is there, else the average. */
function poolsFor(
  record: BackboneRecord,
  layers: readonly string[],
  asked: readonly GlobalPool[] | undefined,
): readonly GlobalPool[] {
  const own = layers.includes(record.defaultLayer) ? record.pool : undefined
  const pools = asked ?? [own ?? averagePool]
  checkedNames(
    'pools',
    pools.map(({ name }) => name),
  )
  const learned = pools.filter((pool) => pool.learned !== undefined)
  if (learned.length > 1) {
    throw new InputError(`pools of ${record.name}`, {
      expected: 'one pool at most that learns',
      received: learned.map(({ name }) => name).join(', '),
      remedy: 'Leave all but one out.',
    })
  }
  const ofToken = pools.find(({ ofClassToken }) => ofClassToken)
  const without = layers.find((layer) => !record.blocks.find(({ name }) => name === layer)!.prefixTokens)
  if (!ofToken || without === undefined) return pools
  throw new InputError(`pools of ${record.name}`, {
    expected: 'those that need no class token',
    received: `${ofToken.name}, and ${without} has none`,
    remedy: 'Choose averagePool, or layers of a transformer with a class token.',
  })
}

function frozenDepth(record: BackboneRecord, depth: number, freeze: string | undefined): number {
  if (freeze === undefined) return 0
  const frozen = depthOf(record, freeze)
  if (frozen <= depth) return frozen
  throw new InputError(`freeze of ${record.name}`, {
    expected: `one of ${record.blocks
      .slice(0, depth)
      .map(({ name }) => name)
      .join(', ')}`,
    received: `${freeze}, which comes after the feature layer`,
    remedy: 'Freeze up to the last feature layer at most.',
  })
}

async function networkFrom(
  record: BackboneRecord,
  extent: Parameters<typeof loadedNetwork>[1],
  { weights, onProgress }: CreateBackboneOptions,
) {
  const chosen = chooseWeights(record, weights)
  if (chosen.kind === 'none') return undefined
  const tag = chosen.kind === 'tag' ? record.weights[chosen.tag] : undefined
  const path = chosen.kind === 'tag' ? await fetchWeights(record.weights[chosen.tag], onProgress) : chosen.path
  const file = path.endsWith('.json') ? await openTfjsModel(path) : await openSafetensors(path)
  try {
    return await loadedNetwork(record, extent, file, tag?.preprocessing)
  } finally {
    await file.close()
  }
}

/**
 * Makes a network that turns images into features, of a backbone in the list or of a record of your own.
 * @throws {InputError} when a name, a size or another option is not one of the possible ones.
 * @throws {DataError} when the file is not of this network; it lists every tensor that does not fit.
 * @throws {DownloadError} when the weights of a tag cannot be fetched.
 */
export async function createBackbone(
  backbone: string | BackboneRecord,
  options: CreateBackboneOptions,
): Promise<Backbone> {
  const record = typeof backbone === 'string' ? findBackbone(backbone) : backbone
  const { layers = [record.defaultLayer], inputSize = record.inputSize } = options
  const { seed = 0, dropout = 0, recompute = false } = options
  checkedNames('layers', layers)
  const depth = Math.max(...layers.map((layer) => depthOf(record, layer)))
  const frozenBlocks = frozenDepth(record, depth, options.freeze)
  checkSize(record, depth, inputSize)
  const pools = poolsFor(record, layers, options.pools)
  if (!(dropout >= 0 && dropout < 1)) {
    const remedy = 'Pass 0 for none.'
    throw new InputError('dropout', { expected: 'a share from 0 to below 1', received: String(dropout), remedy })
  }
  const extent = { depth, layers, pools }
  const trained = await networkFrom(record, extent, options)
  const network = trained ?? initialisedNetwork(record, extent, seed)
  const norm = options.norm ?? (trained ? 'frozen' : 'live')
  return makeBackbone(record, network, { inputSize, frozenBlocks, norm, dropout, recompute, layers, pools, seed })
}
