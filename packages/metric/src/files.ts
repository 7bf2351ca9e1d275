import { readSafetensors, writeSafetensors } from '@dml-crc/core'
import type { Model } from './model/model.ts'
import { deserialise, serialise } from './model/serialise.ts'

/** Writes a model as one safetensors file, atomically. */
export async function saveModel(path: string, model: Model): Promise<void> {
  const { tensors, metadata } = serialise(model)
  await writeSafetensors(path, tensors, { ...metadata })
}

/**
 * Reads a model that {@link saveModel} wrote; it predicts bit for bit as the one that was saved.
 * @throws {DataError} when the file is missing, damaged, or holds no model.
 */
export async function loadModel(path: string): Promise<Model> {
  return deserialise(await readSafetensors(path), path)
}
