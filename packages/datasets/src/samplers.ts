import type { Prng } from '@dml-crc/core'

/** The order of one epoch: indices into the records, given their labels and the epoch's generator. */
export type Sampler = (labels: Int32Array, prng: Prng) => Int32Array

/** Every record once, in the order given. */
export const sequential: Sampler = (labels) => Int32Array.from(labels, (_, i) => i)

/** Every record once, in an order of its own each epoch. */
export const shuffled: Sampler = (labels, prng) => Int32Array.from(prng.shuffle(labels.keys()))
