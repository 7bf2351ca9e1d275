import { InputError, type Prng } from '@dml-crc/core'

/** What a mixed batch is made of: of sample i the share `share` is its own image, the rest that of a sample with `labels[i]`. */
export interface Mixed {
  labels: Int32Array
  share: number
}

/**
 * Mixes the images [B, size, size, 3] of a batch in place, each with the one before it (the first with the last), and gives the
 * share that each keeps of its own.
 */
export interface Mix {
  apply(images: Uint8Array, size: number, prng: Prng): number
}

/** A gamma number of shape `shape` (Marsaglia, Tsang, "A simple method for generating gamma variables", 2000). */
function gamma(shape: number, prng: Prng): number {
  if (shape < 1) return gamma(shape + 1, prng) * (1 - prng.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = prng.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - prng.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v
  }
}

/** A number of Beta(alpha, alpha). */
export function drawShare(alpha: number, prng: Prng): number {
  const [a, b] = [gamma(alpha, prng), gamma(alpha, prng)]
  // Both underflow for a very small alpha, whose distribution is 0 or 1.
  return a + b > 0 ? a / (a + b) : prng.int(2)
}

function checkAlpha(alpha: number): void {
  if (Number.isFinite(alpha) && alpha > 0) return
  const remedy = 'Pass 1 for uniform shares, less for shares near 0 and 1.'
  throw new InputError('alpha', { expected: 'a positive number', received: String(alpha), remedy })
}

/** Calls `each` with the pixels of every sample as they are changed and those of the sample before it as they were. */
function withPartners(images: Uint8Array, size: number, each: (own: Uint8Array, partner: Uint8Array) => void): void {
  const bytes = 3 * size * size
  const before = images.slice()
  for (let at = 0; at < images.length; at += bytes) {
    const from = (at + images.length - bytes) % images.length
    each(images.subarray(at, at + bytes), before.subarray(from, from + bytes))
  }
}

/**
 * Blends every two images, λ of one and 1 − λ of the other, λ from Beta(alpha, alpha), one for a batch.
 * Source: Zhang, Cisse, Dauphin, Lopez-Paz, "mixup", ICLR 2018, section 2; as torchvision's `MixUp`.
 * @throws {InputError} when alpha is not a positive number.
 */
export function mixup({ alpha = 1 }: { alpha?: number } = {}): Mix {
  checkAlpha(alpha)
  return {
    apply(images, size, prng) {
      const share = drawShare(alpha, prng)
      withPartners(images, size, (own, partner) => {
        for (let i = 0; i < own.length; i++) own[i] = Math.round(share * own[i] + (1 - share) * partner[i])
      })
      return share
    },
  }
}

interface Rectangle {
  left: number
  top: number
  right: number
  bottom: number
}

/** A window of √(1 − λ) times the side around a uniform point, cut off at the borders. */
export function drawWindow(size: number, share: number, prng: Prng): Rectangle {
  const [x, y] = [prng.int(size), prng.int(size)]
  const half = Math.trunc(0.5 * Math.sqrt(1 - share) * size)
  const [left, top] = [Math.max(0, x - half), Math.max(0, y - half)]
  return { left, top, right: Math.min(size, x + half), bottom: Math.min(size, y + half) }
}

/**
 * Pastes a window of another image over every image, of 1 − λ times its area before it is cut off at the borders, λ from
 * Beta(alpha, alpha); window and λ are one for a batch, and the share is what is left of the area.
 * Source: Yun et al., "CutMix", ICCV 2019, section 3.1; as torchvision's `CutMix`.
 * @throws {InputError} when alpha is not a positive number.
 */
export function cutMix({ alpha = 1 }: { alpha?: number } = {}): Mix {
  checkAlpha(alpha)
  return {
    apply(images, size, prng) {
      const { left, top, right, bottom } = drawWindow(size, drawShare(alpha, prng), prng)
      withPartners(images, size, (own, partner) => {
        for (let y = top; y < bottom; y++) {
          const [from, to] = [3 * (y * size + left), 3 * (y * size + right)]
          own.set(partner.subarray(from, to), from)
        }
      })
      return 1 - ((right - left) * (bottom - top)) / size ** 2
    },
  }
}
