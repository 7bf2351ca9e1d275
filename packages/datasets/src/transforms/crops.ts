import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import type { Prng } from '@dml-crc/core/prng'
import type { Interpolation } from './resample.ts'
import { type Size, shortSide, type Transform, type View } from './transform.ts'

export interface FixedCropOptions {
  size: number
  /** The short side that the image is resized to; `size` · 256/224 where left out. */
  resize?: number
  /** The filter that resizes; `bilinear` where left out. */
  interpolation?: Interpolation
}

/**
 * Resizes the short side to `resize` and cuts `size` × `size` out of the middle: the usual view for testing. Not random.
 * @throws {InputError} when `resize` is below `size`, or either is no whole number.
 */
export function centerCrop(options: FixedCropOptions): Transform {
  return fixedCrop('center', options, (spare) => ({
    left: Math.round(spare.width / 2),
    top: Math.round(spare.height / 2),
  }))
}

/**
 * The middle of an image at each of several short sides, and with `mirror` the mirror image of each after it: views whose mean
 * feature is that of the image. Each is a transform of its own.
 * @throws {InputError} as {@link centerCrop}.
 */
export function centerViews({
  resize,
  mirror = false,
  ...options
}: Omit<FixedCropOptions, 'resize'> & { resize?: number | readonly number[]; mirror?: boolean }): Transform[] {
  const sides = typeof resize === 'object' ? resize : [resize]
  return sides.flatMap((side) => {
    const middle = centerCrop({ ...options, resize: side })
    return mirror ? [middle, mirrored(middle)] : [middle]
  })
}

/**
 * The ten views of Krizhevsky, Sutskever & Hinton (NIPS 2012): four corners, the middle, and all five mirrored.
 * Each is a transform of its own.
 * @throws {InputError} as {@link centerCrop}.
 */
export function tenCrop(options: FixedCropOptions): Transform[] {
  const corners: Record<string, (spare: Size) => { left: number; top: number }> = {
    'top-left': () => ({ left: 0, top: 0 }),
    'top-right': ({ width }) => ({ left: width, top: 0 }),
    'bottom-left': ({ height }) => ({ left: 0, top: height }),
    'bottom-right': ({ width, height }) => ({ left: width, top: height }),
  }
  const five = Object.entries(corners).map(([name, place]) => fixedCrop(name, options, place))
  five.push(centerCrop(options))
  return [...five, ...five.map(mirrored)]
}

type Place = (spare: Size) => { left: number; top: number }

function fixedCrop(
  name: string,
  { size, resize = Math.round((size * 256) / 224), interpolation }: FixedCropOptions,
  place: Place,
): Transform {
  checkWhole('size', size, 1)
  checkWhole('resize', resize, size)
  return {
    id: `${name}(${size},${resize}${interpolation === 'bicubic' ? ',bicubic' : ''})`,
    size,
    reduced: resize,
    view(image) {
      const { width, height } = shortSide(image, resize)
      return { width, height, interpolation, ...place({ width: width - size, height: height - size }) }
    },
  }
}

/** The view of `transform`, left and right exchanged. */
export function mirrored(transform: Transform): Transform {
  return {
    ...transform,
    id: `${transform.id}+mirrored`,
    view: (...args) => ({ ...transform.view(...args), flip: true }),
  }
}

/**
 * A random window of `scale` times the image's area and of an aspect ratio in `ratio` (log-uniform), stretched to
 * `size` × `size`: the usual view for training. After ten windows that do not fit, the largest middle one is taken.
 * Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6.
 * @throws {InputError} when a range is empty or not positive, or `size` no whole number.
 */
export function randomResizedCrop({
  size,
  scale = [0.08, 1],
  ratio = [3 / 4, 4 / 3],
}: {
  size: number
  scale?: readonly [number, number]
  ratio?: readonly [number, number]
}): Transform {
  checkWhole('size', size, 1)
  for (const [name, [low, high]] of Object.entries({ scale, ratio })) {
    if (low > 0 && high >= low && (name === 'ratio' || high <= 1)) continue
    const expected = name === 'scale' ? 'a range inside (0, 1]' : 'a range of positive numbers'
    throw new InputError(name, { expected, received: `[${low}, ${high}]`, remedy: 'Pass [low, high].' })
  }
  return {
    id: `random(${size},${scale},${ratio})`,
    size,
    reduced: Math.round((size * 4) / 3),
    view(image, prng) {
      const window = randomWindow(image, scale, ratio, prng)
      return stretch(image, window, size)
    },
  }
}

interface Window extends Size {
  left: number
  top: number
}

function randomWindow(
  image: Size,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  prng: Prng,
): Window {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = image.width * image.height * prng.uniform(...scale)
    const aspect = Math.exp(prng.uniform(Math.log(ratio[0]), Math.log(ratio[1])))
    const width = Math.round(Math.sqrt(area * aspect))
    const height = Math.round(Math.sqrt(area / aspect))
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue
    return { width, height, left: prng.int(image.width - width + 1), top: prng.int(image.height - height + 1) }
  }
  const aspect = Math.min(Math.max(image.width / image.height, ratio[0]), ratio[1])
  const width = Math.min(image.width, image.height * aspect)
  const height = Math.min(image.height, image.width / aspect)
  return { width, height, left: (image.width - width) / 2, top: (image.height - height) / 2 }
}

/** The view that shows `window` in `size` × `size` pixels. */
function stretch(image: Size, window: Window, size: number): View {
  const width = Math.max(size, Math.round((image.width * size) / window.width))
  const height = Math.max(size, Math.round((image.height * size) / window.height))
  return {
    width,
    height,
    left: Math.min(Math.round((window.left * width) / image.width), width - size),
    top: Math.min(Math.round((window.top * height) / image.height), height - size),
  }
}

/**
 * Looks only at the record's box, clamped to the image and widened by `margin` times its size on each side; at the
 * whole image where there is no box.
 */
export function cropToBox(transform: Transform, { margin = 0 }: { margin?: number } = {}): Transform {
  return {
    ...transform,
    id: `${transform.id}+box(${margin})`,
    view(image, prng, box) {
      if (!box) return transform.view(image, prng)
      const left = Math.min(Math.max(0, Math.round(box.left - margin * box.width)), image.width - 1)
      const top = Math.min(Math.max(0, Math.round(box.top - margin * box.height)), image.height - 1)
      const right = Math.min(image.width, Math.round(box.left + (1 + margin) * box.width))
      const bottom = Math.min(image.height, Math.round(box.top + (1 + margin) * box.height))
      const inner = { width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
      const view = transform.view(inner, prng)
      // The window stays where it is in the box; the box lies in an image scaled by as much.
      const [scaleX, scaleY] = [view.width / inner.width, view.height / inner.height]
      const width = Math.max(Math.round(image.width * scaleX), view.width)
      const height = Math.max(Math.round(image.height * scaleY), view.height)
      return {
        ...view,
        width,
        height,
        left: Math.min(view.left + Math.round(left * scaleX), width - transform.size),
        top: Math.min(view.top + Math.round(top * scaleY), height - transform.size),
      }
    },
  }
}
