import type { ImageDataset } from '../dataset.ts'
import { flowers102 } from '../sets/flowers102.ts'
import { KINDS } from './kinds.ts'
import { DEMO_TERMS } from './terms.ts'

/**
 * The demo set that `drawDemo` drew into `root`: Flowers 102's layout and loader under names of its own.
 * @throws {DataError} when no such set is there.
 */
export async function demo(root: string): Promise<ImageDataset> {
  return {
    ...(await flowers102.open(root)),
    name: 'demo',
    published: undefined,
    classes: KINDS.map(({ name }) => name),
    licence: DEMO_TERMS.licence,
    citation: DEMO_TERMS.citation,
  }
}
