import type { Prng } from '@dml-crc/core/prng'
import type { Box } from '../dataset.ts'
import type { Interpolation } from './resample.ts'

export interface Size {
  width: number
  height: number
}

/**
 * The part of an image that becomes a sample: the whole image is resized to `width` × `height`, and the window
 * of the transform's size at (`left`, `top`) is cut out of that, mirrored where `flip` is set.
 */
export interface View extends Size {
  left: number
  top: number
  flip?: boolean
  /** The filter that resizes; `bilinear` where left out. */
  interpolation?: Interpolation
}

/** What happens to an image on its way into a batch. */
export interface Transform {
  /** The same for transforms that do the same: part of the keys of caches. */
  readonly id: string
  /** Height and width of the samples. */
  readonly size: number
  /** The short side to which a cache may reduce the images before the view is chosen. */
  readonly reduced: number
  /** Chooses the view of an upright image of the given size. All randomness comes from `prng`. */
  view(image: Size, prng: Prng, box?: Box): View
  /** Changes the pixels of the cut-out sample, [size, size, 3] RGB bytes, in place. */
  paint?(pixels: Uint8Array, prng: Prng): void
}

/** Scales an image so that its short side becomes `side`. */
export function shortSide({ width, height }: Size, side: number): Size {
  const scale = side / Math.min(width, height)
  return { width: Math.max(side, Math.round(width * scale)), height: Math.max(side, Math.round(height * scale)) }
}
