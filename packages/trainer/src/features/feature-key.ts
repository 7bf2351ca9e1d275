import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { FeatureNetwork } from '@dml-crc/backbones'
import { DataError, type PrngState } from '@dml-crc/core'
import { decoders, type ImageRecord } from '@dml-crc/datasets'

/** What decides features, beside the images. */
export interface FeatureKeyParts {
  backbone: FeatureNetwork
  records: readonly ImageRecord[]
  /** The `id` of the transform. */
  transform: string
  views: number
  /** The state of the generator that drew the views, where one was passed. */
  prng?: PrngState
}

/** Digests already taken. What is assigned to a variable has another `dataId`. */
const known = new WeakMap<FeatureNetwork, { values: readonly object[]; digest: Promise<string> }>()

/** A digest of the values of all variables: the backbone may have learned since its weights were loaded. The same values are read once. */
function digestOfWeights(backbone: FeatureNetwork): Promise<string> {
  const values = Array.from(backbone.variables.values(), ({ dataId }) => dataId)
  const before = known.get(backbone)
  if (before?.values.every((value, i) => value === values[i])) return before.digest
  const digest = digestOfValues(backbone)
  known.set(backbone, { values, digest })
  return digest
}

async function digestOfValues({ variables, weightsId }: FeatureNetwork): Promise<string> {
  if (variables.size === 0) return weightsId
  const hash = createHash('sha256')
  for (const [name, variable] of variables) {
    const { buffer, byteOffset, byteLength } = await variable.data()
    hash.update(`${name} [${variable.shape}]\n`).update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}

/** Size and time of change stand for the content of an image, as they do for `make` and `rsync`. */
async function identityOf(record: ImageRecord): Promise<string> {
  const { size, mtimeMs } = await stat(record.path).catch((cause) => {
    const remedy = 'Check the data set: `dml-crc data verify` names what is missing.'
    throw new DataError(record.path, { expected: 'an image file', received: cause.code, remedy }, { cause })
  })
  return JSON.stringify([record.path, size, mtimeMs, record.box ?? null])
}

/**
 * The name under which features are cached: a digest of everything that decides them.
 * @throws {DataError} when an image is missing.
 */
export async function featureKey({ backbone, records, transform, views, prng }: FeatureKeyParts): Promise<string> {
  const { record, layer, inputSize, preprocessingId } = backbone
  const network = [record.name, await digestOfWeights(backbone), layer, inputSize, preprocessingId]
  const how = [...network, await decoders(), transform, views, prng]
  const hash = createHash('sha256').update(JSON.stringify(how))
  for (const image of records) hash.update(`\n${await identityOf(image)}`)
  return hash.digest('hex').slice(0, 32)
}
