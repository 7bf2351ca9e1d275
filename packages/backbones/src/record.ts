import { InputError } from '@dml-crc/core'
import type { Dialect, LayerPlan } from './layers/layer.ts'
import type { GlobalPool } from './pools.ts'
import type { Preprocessing } from './preprocessing.ts'
import type { Naming } from './weights/naming.ts'

/** A stretch of a network: what is frozen, recomputed and given a learning rate as a whole, and where features are taken. */
export interface Block {
  /** Also the name of the feature layer at its end. */
  name: string
  /** Channels at its end. */
  size: number
  plan: LayerPlan
  /** It can only be applied to images of the record's `inputSize`. */
  fixedInput?: boolean
  /** At its end are tokens [B, 1, T, size] instead of a map; this many of them come before those of the patches. */
  prefixTokens?: number
}

/** A file on the Hugging Face hub. */
export interface HubFile {
  /** `owner/name`. */
  repository: string
  file: string
}

/**
 * One set of published weights. Size and checksum are the hub's to say, at download time: whoever adds a tag need not fetch
 * the file.
 */
export interface WeightsTag {
  /** What the weights were trained on. */
  trainedOn: string
  licence: string
  /** Where the file lies, best first. */
  sources: readonly HubFile[]
  /** Of the file, in hexadecimal, where it is to be that very file; else the hub's word is taken. */
  sha256?: string
  preprocessing: Preprocessing
}

/** All that is known about a backbone before any weights are read. */
export interface BackboneRecord {
  name: string
  title: string
  /** Authors, title, venue, and a link. */
  paper: string
  /** Side of the square images that the paper uses, in pixels. */
  inputSize: number
  /** The smallest side that leaves at least one position at the last layer. */
  minimumSize: number
  /** The side of the images is a multiple of this; any whole number where left out. */
  sideStep?: number
  /** From the images to the last feature layer. */
  blocks: readonly Block[]
  /** The feature layer taken where none is asked for. */
  defaultLayer: string
  /** What makes one feature of the default layer where nothing else is asked for; the average where left out. */
  pool?: GlobalPool
  /** Of a network without trained weights. */
  dialect: Dialect
  /** Of a network without trained weights. */
  preprocessing: Preprocessing
  /** How the files of other frameworks name its tensors. */
  namings: readonly Naming[]
  /** Published weights by tag, the recommended one first. */
  weights: Readonly<Record<string, WeightsTag>>
}

/**
 * Describes a backbone; the description is checked, frozen and returned.
 * @throws {InputError} when two blocks have one name, or the default layer is none of them.
 */
export function defineBackbone(record: BackboneRecord): BackboneRecord {
  const names = record.blocks.map(({ name }) => name)
  if (new Set(names).size !== names.length || !names.includes(record.defaultLayer)) {
    throw new InputError(`backbone ${record.name}`, {
      expected: 'blocks of different names, one of them the default layer',
      received: `blocks ${names.join(', ')}, default layer ${record.defaultLayer}`,
      remedy: 'Rename the blocks or the default layer.',
    })
  }
  return Object.freeze(record)
}
