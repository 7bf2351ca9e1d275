import { createHash } from 'node:crypto'
import type * as tf from '@tensorflow/tfjs'

/** SHA-256 of the names, shapes and values of tensors: it tells networks apart whose file is not known. */
export async function digestOf(tensors: Iterable<readonly [string, tf.Tensor]>): Promise<string> {
  const hash = createHash('sha256')
  for (const [name, tensor] of tensors) {
    const { buffer, byteOffset, byteLength } = await tensor.data()
    hash.update(`${name} [${tensor.shape}]\n`).update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}
