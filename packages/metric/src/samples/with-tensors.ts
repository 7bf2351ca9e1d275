import * as tf from '@tensorflow/tfjs'

/** Tensors, or what holds some and can be disposed of. */
type Owned = tf.TensorContainer | { dispose(): void }

/** Gives back what it is given, and notes it to be freed. */
export type Own = <T extends Owned>(value: T) => T

/**
 * As tf.tidy, for work that waits: all that `own` was given is freed when the work ends, by a result or by an error. What
 * the work gives must not be among it.
 */
export async function withTensors<T>(work: (own: Own) => Promise<T>): Promise<T> {
  const owned: Owned[] = []
  try {
    return await work((value) => {
      owned.push(value)
      return value
    })
  } finally {
    for (const value of owned) free(value)
  }
}

function free(value: Owned): void {
  if (value !== null && typeof value === 'object' && 'dispose' in value && typeof value.dispose === 'function')
    value.dispose()
  else tf.dispose(value as tf.TensorContainer)
}
