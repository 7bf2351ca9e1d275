import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { GlobalPool } from './pools.ts'

/** One part of a feature: what a pool makes of the map of a layer. The parts of a feature stand side by side. */
export interface FeaturePart {
  layer: string
  pool: GlobalPool
}

/** Every pool of every layer: the layers in the order in which they are asked for, of each layer the pools in theirs. */
export const partsOf = (layers: readonly string[], pools: readonly GlobalPool[]): FeaturePart[] =>
  layers.flatMap((layer) => pools.map((pool) => ({ layer, pool })))

/** @throws {InputError} when there is no name, or one twice. */
export function checkedNames(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (names.length > 0 && twice === undefined) return
  throw new InputError(what, {
    expected: 'one name or several different ones',
    received: twice === undefined ? 'none' : `${twice} twice`,
    remedy: twice === undefined ? `Leave ${what} out for the network's own.` : 'Name it once.',
  })
}

/** The parts in words, for results and keys of caches: the layer, with the pool where that is not the network's own. */
export const describeParts = (parts: readonly FeaturePart[], own: GlobalPool): string =>
  parts.map(({ layer, pool }) => (pool === own ? layer : `${layer}, ${pool.name}`)).join(' + ')

/** Keeps a part that is zero everywhere from being divided by zero. */
const TINY = 1e-12

/**
 * The P parts [B, dᵢ] of a feature side by side, [B, Σ dᵢ]. Where there are several, each is divided by the sum of its absolute
 * values, so that all count alike whatever the scale and width of their layers: after the signed square root every part has the
 * same length. The mean absolute value of the whole is 1.
 */
export function sideBySide(parts: readonly tf.Tensor2D[]): tf.Tensor2D {
  if (parts.length === 1) return parts[0]
  return tf.tidy(() => {
    const share = parts.reduce((sum, { shape }) => sum + shape[1], 0) / parts.length
    const alike = parts.map((part) => tf.div(tf.mul(part, share), tf.add(tf.sum(tf.abs(part), 1, true), TINY)))
    return tf.concat(alike, 1) as tf.Tensor2D
  })
}
