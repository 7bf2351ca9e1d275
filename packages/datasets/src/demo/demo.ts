import type { ImageDataset } from '../dataset.ts'
import { flowers102 } from '../flowers102.ts'
import { TERMS } from '../terms.ts'
import { KINDS } from './kinds.ts'

/**
 * The demo set that `drawDemo` drew into `root`: Flowers 102's layout and loader under names of its own.
 * @throws {DataError} when no such set is there.
 */
export async function demo(root: string): Promise<ImageDataset> {
  return {
    ...(await flowers102(root)),
    name: 'demo',
    published: undefined,
    classes: KINDS.map(({ name }) => name),
    licence: TERMS.demo.licence,
    citation: TERMS.demo.citation,
  }
}
