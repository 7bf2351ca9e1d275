import { parseSafetensors } from '@dml-crc/core/arrays'
import { DataError } from '@dml-crc/core/errors'
import { modelFromBytes, modelToBytes, modelWidth } from '@dml-crc/metric'
import { type ImageModel, named, parseSamples } from './image-model.ts'

/**
 * The bytes of the model's file, which `loadModel` of @dml-crc/metric/files reads too. Beside the model it says which network it
 * belongs to and what its training images are.
 */
export function toBytes({ network, model, samples }: ImageModel): Uint8Array<ArrayBuffer> {
  const { id } = network.description.network
  return modelToBytes(model, { network: id, samples: JSON.stringify(samples) })
}

/**
 * Another model for the same network, from the bytes of its file. The model given is left as it is.
 * @param what names the bytes in errors
 * @throws {DataError} when they are damaged, hold no model, or one of another network.
 */
export function fromBytes({ network, model }: ImageModel, bytes: Uint8Array, what = 'the file'): ImageModel {
  const { metadata } = parseSafetensors(bytes, what)
  const other = modelFromBytes(bytes, what)
  const [expected, received] = [model, other].map((each) => `features of ${modelWidth(each)} numbers`)
  const { name, id } = network.description.network
  const remedy = 'Load a model that was taught on this page, or one exported with the same network.'
  if (expected !== received) throw new DataError(what, { expected: `a model of ${expected}`, received, remedy })
  if (metadata.network !== undefined && metadata.network !== id) {
    const parts = { expected: `a model of the network ${name} (${id.slice(0, 8)}…)`, remedy }
    throw new DataError(what, { ...parts, received: `one of another (${metadata.network.slice(0, 8)}…)` })
  }
  return named(network, other, metadata.samples === undefined ? undefined : parseSamples(metadata.samples, what))
}
