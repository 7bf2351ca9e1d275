import { InputError, nearest } from '@dml-crc/core'
import { type Backbone, makeBackbone } from './backbone.ts'
import { findBackbone } from './list.ts'
import type { BackboneRecord } from './record.ts'
import { initialisedNetwork, loadedNetwork } from './weights/load.ts'
import { openSafetensors } from './weights/weights-file.ts'

export interface CreateBackboneOptions {
  /** `none` for the first values of a training from scratch, or the path of a safetensors file. */
  weights: string
  /** The feature layer; blocks after it are not made. The record's default where left out. */
  layer?: string
  /** Decides the first values of a network without weights, and the dropout. */
  seed?: number
  /** Side of the images in pixels; the record's where left out. */
  inputSize?: number
  /** Batch norm in training by the batch's statistics, or by the stored ones; `live` without weights, else `frozen`. */
  norm?: 'live' | 'frozen'
  /** Share of the numbers that dense layers drop in training. */
  dropout?: number
}

function depthOf(record: BackboneRecord, layer: string): number {
  const index = record.blocks.findIndex(({ name }) => name === layer)
  if (index >= 0) return index + 1
  const names = record.blocks.map(({ name }) => name)
  const close = nearest(layer, names)
  throw new InputError(`layer of ${record.name}`, {
    expected: `one of ${names.join(', ')}`,
    received: layer,
    remedy: close ? `Did you mean ${close}?` : 'Choose one of these.',
  })
}

function checkSize(record: BackboneRecord, depth: number, inputSize: number): void {
  const fixed = record.blocks.slice(0, depth).find(({ fixedInput }) => fixedInput)
  const { name, minimumSize } = record
  const fits = Number.isInteger(inputSize) && inputSize >= minimumSize
  if (fits && (!fixed || inputSize === record.inputSize)) return
  throw new InputError(`inputSize of ${name}`, {
    expected: fixed ? `${record.inputSize}, as ${fixed.name} needs it` : `a whole number of at least ${minimumSize}`,
    received: String(inputSize),
    remedy: fixed ? 'Leave inputSize out, or choose an earlier layer.' : 'Choose a larger size.',
  })
}

/**
 * Makes a network that turns images into features.
 * @throws {InputError} when the name, the layer or a size is not one of the possible ones.
 * @throws {DataError} when the file is not of this network; it lists every tensor that does not fit.
 */
export async function createBackbone(name: string, options: CreateBackboneOptions): Promise<Backbone> {
  const record = findBackbone(name)
  const { weights, layer = record.defaultLayer, seed = 0, inputSize = record.inputSize, dropout = 0 } = options
  const depth = depthOf(record, layer)
  checkSize(record, depth, inputSize)
  const network = weights === 'none' ? initialisedNetwork(record, depth, seed) : await fromFile(record, depth, weights)
  const norm = options.norm ?? (weights === 'none' ? 'live' : 'frozen')
  return makeBackbone(record, network, { inputSize, norm, dropout, seed })
}

async function fromFile(record: BackboneRecord, depth: number, path: string) {
  const file = await openSafetensors(path)
  try {
    return await loadedNetwork(record, depth, file)
  } finally {
    await file.close()
  }
}
