import { InputError, type Prng } from '@dml-crc/core'
import { checkWhole } from '@dml-crc/core/numbers'
import { type Operation, operations } from './operations.ts'
import type { Transform } from './transform.ts'

/** A strength from 0 to 1 to what the operation takes; `size` is the side of the sample. */
interface Range {
  magnitude?(strength: number, size: number): number
  /** Whether the opposite of it is as likely. */
  signed?: boolean
}
type Space = Record<Operation, Range>

const upTo = (most: number): Range => ({ magnitude: (strength) => most * strength, signed: true })

/** To an even whole number where two are as near, as PyTorch rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** Bits that are kept, from 8 down. */
const bits = (most: number): Range => ({ magnitude: (strength) => roundHalfEven(8 - most * strength) })

const space = (shear: number, translate: Range, rotate: number, colour: number, posterize: number): Space => ({
  Identity: {},
  ShearX: upTo(shear),
  ShearY: upTo(shear),
  TranslateX: translate,
  TranslateY: translate,
  Rotate: upTo(rotate),
  Brightness: upTo(colour),
  Color: upTo(colour),
  Contrast: upTo(colour),
  Sharpness: upTo(colour),
  Posterize: bits(posterize),
  Solarize: { magnitude: (strength) => 1 - strength },
  AutoContrast: {},
  Equalize: {},
})

const ofWidth: Range = { magnitude: (strength, size) => (150 / 331) * size * strength, signed: true }
const RAND = space(0.3, ofWidth, 30, 0.9, 4)
const WIDE = space(0.99, upTo(32), 135, 0.99, 6)

/** One operation, with what it takes. */
export interface Drawn {
  operation: Operation
  magnitude: number
}

/** Draws one of the operations, each as likely, at the strength that `strengthOf` gives, of either sign where it has one. */
function draw(from: Space, size: number, prng: Prng, strengthOf: () => number): Drawn {
  const operation = prng.pick(Object.keys(from) as Operation[])
  const { magnitude, signed } = from[operation]
  if (!magnitude) return { operation, magnitude: 0 }
  const value = magnitude(strengthOf(), size)
  return { operation, magnitude: signed && prng.chance(0.5) ? -value : value }
}

export interface RandAugmentOptions {
  /** Operations one after the other; 2 where left out. */
  count?: number
  /** Place among the strengths, below `bins`; 9 where left out. */
  magnitude?: number
  /** Strengths from none to the most, evenly spaced; 31 where left out. */
  bins?: number
}

/** What {@link randAugment} does to one sample. */
export function drawRandAugment(size: number, prng: Prng, options: Required<RandAugmentOptions>): Drawn[] {
  const { count, magnitude, bins } = options
  return Array.from({ length: count }, () => draw(RAND, size, prng, () => magnitude / (bins - 1)))
}

/** What {@link trivialAugment} does to one sample. */
export const drawTrivialAugment = (size: number, prng: Prng, bins: number): Drawn =>
  draw(WIDE, size, prng, () => prng.int(bins) / (bins - 1))

/** A transform that also does to each sample what `choose` draws. */
const withPolicy = (transform: Transform, id: string, choose: (size: number, prng: Prng) => Drawn[]): Transform => ({
  ...transform,
  id: `${transform.id}+${id}`,
  paint(pixels, prng) {
    transform.paint?.(pixels, prng)
    for (const { operation, magnitude } of choose(transform.size, prng)) {
      operations[operation](pixels, transform.size, magnitude)
    }
  },
})

/**
 * A transform that also does `count` random operations of one strength to each sample.
 * Source: Cubuk, Zoph, Shlens, Le, "RandAugment", NeurIPS 2020, section 3; operations and ranges as torchvision's `RandAugment`.
 * @throws {InputError} when an option is no whole number or out of range.
 */
export function randAugment(transform: Transform, options: RandAugmentOptions = {}): Transform {
  const { count = 2, magnitude = 9, bins = 31 } = options
  checkWhole('count', count, 1)
  checkWhole('bins', bins, 2)
  checkWhole('magnitude', magnitude, 0)
  if (magnitude >= bins) {
    const remedy = 'Lower the magnitude or raise bins.'
    throw new InputError('magnitude', { expected: `below bins, ${bins}`, received: String(magnitude), remedy })
  }
  const id = `randAugment(${count},${magnitude},${bins})`
  return withPolicy(transform, id, (size, prng) => drawRandAugment(size, prng, { count, magnitude, bins }))
}

/**
 * A transform that also does one random operation of a random strength, of `bins` from none to the most, to each sample: the wide
 * space. Nothing is to be tuned.
 * Source: Müller, Hutter, "TrivialAugment", ICCV 2021, section 3 and table 1; as torchvision's `TrivialAugmentWide`.
 * @throws {InputError} when `bins` is no whole number of at least 2.
 */
export function trivialAugment(transform: Transform, { bins = 31 }: { bins?: number } = {}): Transform {
  checkWhole('bins', bins, 2)
  return withPolicy(transform, `trivialAugment(${bins})`, (size, prng) => [drawTrivialAugment(size, prng, bins)])
}
