import type { Preprocessing } from '../preprocessing.ts'

const number = '(-?[0-9.]+)'
const SCALED = new RegExp(`^\\(RGB 0\\.\\.255 - ${number}\\) \\* ${number}$`)
const SHIFTED = new RegExp(`^RGB 0\\.\\.255 turned to BGR, minus \\(${number}, ${number}, ${number}\\)$`)

/**
 * The preprocessing that a file states as the `input` of its metadata, `(RGB 0..255 - 128) * 0.0078125` or
 * `RGB 0..255 turned to BGR, minus (103.939, 116.779, 123.68)`: it knows better than its naming, which only
 * suggests one. How the image is shown it does not state.
 */
export function statedPreprocessing(
  input: string | undefined,
  { crop, interpolation }: Pick<Preprocessing, 'crop' | 'interpolation'>,
): Preprocessing | undefined {
  const scaled = input?.match(SCALED)
  if (scaled) {
    const [mean, scale] = scaled.slice(1).map(Number)
    return {
      crop,
      interpolation,
      channels: 'rgb',
      mean: [mean, mean, mean],
      deviation: [1 / scale, 1 / scale, 1 / scale],
    }
  }
  const shifted = input?.match(SHIFTED)
  if (!shifted) return undefined
  const mean = shifted.slice(1).map(Number) as [number, number, number]
  return { crop, interpolation, channels: 'bgr', mean, deviation: [1, 1, 1] }
}
