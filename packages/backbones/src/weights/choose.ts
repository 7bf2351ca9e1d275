import { existsSync } from 'node:fs'
import { InputError, nearest } from '@dml-crc/core'
import type { BackboneRecord } from '../record.ts'
import { cachedWeights } from './hub.ts'

/** What the option `weights` stands for: the first values of a training, published weights, or a file here. */
export type ChosenWeights =
  | { kind: 'none' }
  /** `cached`: whether the file is here already, so that nothing needs to be downloaded. */
  | { kind: 'tag'; tag: string; cached: boolean }
  | { kind: 'file'; path: string }

/**
 * Says what `weights` (`none`, `auto`, a tag, or a path) means for a backbone, without reading or fetching anything.
 * `auto` is the recommended tag: the first of the record.
 * @throws {InputError} when it is none of these: an unknown tag, a file that is not here, `auto` where nothing is published.
 */
export function chooseWeights(record: BackboneRecord, weights: string): ChosenWeights {
  if (weights === 'none') return { kind: 'none' }
  const tags = Object.keys(record.weights)
  const tag = weights === 'auto' ? tags[0] : weights
  if (tag !== undefined && Object.hasOwn(record.weights, tag)) {
    return { kind: 'tag', tag, cached: cachedWeights(record.weights[tag]) !== undefined }
  }
  if (weights !== 'auto' && existsSync(weights)) return { kind: 'file', path: weights }
  const close = nearest(weights, ['none', 'auto', ...tags])
  throw new InputError(`weights of ${record.name}`, {
    expected: `'none', ${tags.length > 0 ? `'auto', a tag (${tags.join(', ')}), ` : ''}or the path of a .safetensors or model.json`,
    received: weights === 'auto' ? 'auto, and no weights of it are published' : `${weights}, which is no file here`,
    remedy: close && weights !== 'auto' ? `Did you mean ${close}?` : 'Check the path.',
  })
}
