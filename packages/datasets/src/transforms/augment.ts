import { InputError, type Prng } from '@dml-crc/core'
import type { Transform } from './transform.ts'

export interface AugmentOptions {
  /** Probability of a mirrored sample. */
  flip?: number
  /** Largest relative changes of brightness, contrast and saturation, and of hue in turns. */
  jitter?: { brightness?: number; contrast?: number; saturation?: number; hue?: number }
  /** Covers a rectangle of `area` times the sample's with noise, with the given probability. */
  erase?: { probability: number; area?: readonly [number, number] }
}

/**
 * A transform that also mirrors, changes the colours and erases at random.
 * Sources: Zhong et al., "Random erasing data augmentation", AAAI 2020; colours as Howard, arXiv 1312.5402.
 * @throws {InputError} when a probability or a strength is out of range.
 */
export function augment(transform: Transform, { flip = 0, jitter, erase }: AugmentOptions): Transform {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = jitter ?? {}
  const [least, most] = erase?.area ?? [0.02, 1 / 3]
  const parts = { flip, brightness, contrast, saturation, hue, erase: erase?.probability ?? 0, least, most }
  for (const [name, value] of Object.entries(parts)) {
    if (value >= 0 && value <= 1) continue
    throw new InputError(name, { expected: 'a number from 0 to 1', received: String(value), remedy: 'Change it.' })
  }
  return {
    ...transform,
    id: `${transform.id}+augment(${Object.values(parts)})`,
    view(image, prng, box) {
      const view = transform.view(image, prng, box)
      return prng.chance(flip) ? { ...view, flip: !view.flip } : view
    },
    paint(pixels, prng) {
      transform.paint?.(pixels, prng)
      if (jitter) jitterColours(pixels, { brightness, contrast, saturation, hue }, prng)
      if (erase && prng.chance(erase.probability)) eraseRectangle(pixels, transform.size, [least, most], prng)
    },
  }
}

/** Weights of red, green and blue in luma (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114]

type Matrix3 = readonly (readonly number[])[]

const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))

/** Moves colours towards (below 1) or away from (above 1) the grey of their luma. */
const saturate = (amount: number): Matrix3 =>
  [0, 1, 2].map((i) => LUMA.map((weight, j) => (1 - amount) * weight + (i === j ? amount : 0)))

/** Turns colours around the grey axis (Haeberli, "Matrix operations for image processing", 1993). */
function turnHue(turns: number): Matrix3 {
  const cosine = Math.cos(2 * Math.PI * turns)
  const side = Math.sin(2 * Math.PI * turns) / Math.sqrt(3)
  const [same, next, last] = [cosine + (1 - cosine) / 3, (1 - cosine) / 3 - side, (1 - cosine) / 3 + side]
  return [
    [same, next, last],
    [last, same, next],
    [next, last, same],
  ]
}

/** All four changes are linear in the colour, so they are one matrix and one offset. */
function jitterColours(
  pixels: Uint8Array,
  strength: { brightness: number; contrast: number; saturation: number; hue: number },
  prng: Prng,
): void {
  const factor = (amount: number) => prng.uniform(1 - amount, 1 + amount)
  const light = factor(strength.brightness)
  const contrast = factor(strength.contrast)
  const colour = product(turnHue(prng.uniform(-strength.hue, strength.hue)), saturate(factor(strength.saturation)))
  const [r, g, b] = colour.map((row) => row.map((value) => value * light * contrast))
  const offset = strength.contrast ? (1 - contrast) * light * meanLuma(pixels) : 0
  // Stores clamp to a byte and round.
  const out = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length)
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]]
    out[i] = r[0] * red + r[1] * green + r[2] * blue + offset
    out[i + 1] = g[0] * red + g[1] * green + g[2] * blue + offset
    out[i + 2] = b[0] * red + b[1] * green + b[2] * blue + offset
  }
}

function meanLuma(pixels: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < pixels.length; i += 3) {
    sum += LUMA[0] * pixels[i] + LUMA[1] * pixels[i + 1] + LUMA[2] * pixels[i + 2]
  }
  return (3 * sum) / pixels.length
}

function eraseRectangle(pixels: Uint8Array, size: number, area: readonly [number, number], prng: Prng): void {
  const side = size * Math.sqrt(prng.uniform(...area))
  const stretch = Math.exp(prng.uniform(-0.6, 0.6))
  const width = Math.min(size, Math.round(side * stretch))
  const height = Math.min(size, Math.round(side / stretch))
  const left = prng.int(size - width + 1)
  const top = prng.int(size - height + 1)
  for (let y = top; y < top + height; y++) {
    for (let i = (y * size + left) * 3; i < (y * size + left + width) * 3; i++) pixels[i] = prng.int(256)
  }
}
