import { encodeSafetensors, parseSafetensors } from '@dml-crc/core/arrays'
import type { Model } from './model.ts'
import { deserialise, serialise } from './serialise.ts'

/**
 * The bytes of a model's safetensors file, to be stored anywhere; in Node `saveModel` writes them.
 * @param beside further texts to keep in the file's metadata
 */
export function modelToBytes(model: Model, beside: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = serialise(model)
  return encodeSafetensors(tensors, { ...beside, ...metadata })
}

/**
 * The model in the bytes of a file that `modelToBytes` or `saveModel` made; it predicts bit for bit as that did.
 * @param what names the bytes in errors
 * @throws {DataError} when they are damaged, or hold no model.
 */
export function modelFromBytes(bytes: Uint8Array, what = 'the model'): Model {
  return deserialise(parseSafetensors(bytes, what), what)
}
