// Resizing with a triangle or a cubic filter as wide as the reduction asks for, bit for bit as Pillow's
// `Image.resize(…, BILINEAR)` and `BICUBIC` (src/libImaging/Resample.c): weights in fixed point with 22 bits, a horizontal and then a vertical pass, each
// rounded to bytes. Only a window of the resized image is computed.

const PRECISION = 22

/** A weight is high · 2^SPLIT + low, so that products of pairs of 16-bit numbers (one instruction) make it up. */
const SPLIT = 15

/** Bytes before the weights in a row of a table: the first input and the number of pairs of weights. */
const HEAD: usize = 8

/** Bytes of a row of a table: {@link HEAD} and, for each pair of weights, two low and two high halves. */
export function tableStride(inSize: i32, outSize: i32, cubic: bool): i32 {
  const support = <i32>Math.ceil((cubic ? 2 : 1) * max(1, <f64>inSize / <f64>outSize))
  return <i32>HEAD + 8 * (support + 1)
}

/**
 * Writes the weights of the outputs `first` … `first + count − 1` along one axis that is resized from `inSize` to
 * `outSize`, in turned order where `mirrored`.
 */
export function makeTable(
  table: usize,
  inSize: i32,
  outSize: i32,
  first: i32,
  count: i32,
  mirrored: bool,
  cubic: bool,
): void {
  const stride = tableStride(inSize, outSize, cubic)
  const scale = <f64>inSize / <f64>outSize
  const support = (cubic ? 2 : 1) * max(1, scale)
  const slope = 1 / max(1, scale)
  for (let i = 0; i < count; i++) {
    const centre = (<f64>(first + i) + 0.5) * scale
    const from = max(0, <i32>(centre - support + 0.5))
    const length = min(inSize, <i32>(centre + support + 0.5)) - from
    const row = table + <usize>((mirrored ? count - 1 - i : i) * stride)
    let sum: f64 = 0
    for (let j = 0; j < length; j++) sum += filter((<f64>(from + j) - centre + 0.5) * slope, cubic)
    const pairs = (length + 1) >> 1
    store<i32>(row, from)
    store<i32>(row + 4, pairs)
    for (let j = 0; j < 2 * pairs; j++) {
      const part = j < length ? filter((<f64>(from + j) - centre + 0.5) * slope, cubic) / sum : 0
      const weight = <i32>(part * <f64>(1 << PRECISION) + (part < 0 ? -0.5 : 0.5))
      const at = row + HEAD + <usize>((j >> 1) * 8 + (j & 1) * 2)
      store<i16>(at, weight & ((1 << SPLIT) - 1))
      store<i16>(at + 4, weight >> SPLIT)
    }
  }
}

/** A triangle, or Keys' cubic with the parameter −½. */
function filter(at: f64, cubic: bool): f64 {
  const x = Math.abs(at)
  if (!cubic) return max(0, 1 - x)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
}

/** Rounded bytes of four sums. */
function toBytes(low: v128, high: v128): v128 {
  const sum = i32x4.add(i32x4.shl(high, SPLIT), low)
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(1 << (PRECISION - 1))), PRECISION)
}

/** Resizes `rows` rows of RGB pixels along x: from [rows, width, 3] at `from` to [rows, count, 3] at `to`. */
export function horizontal(from: usize, width: i32, rows: i32, table: usize, stride: i32, to: usize, count: i32): void {
  for (let y = 0; y < rows; y++) {
    const line = from + <usize>(y * width) * 3
    let out = to + <usize>(y * count) * 3
    for (let i = 0; i < count; i++) {
      let weights = table + <usize>(i * stride)
      let pixel = line + <usize>load<i32>(weights) * 3
      let pairs = load<i32>(weights, 4)
      weights += HEAD
      let low = i32x4.splat(0)
      let high = i32x4.splat(0)
      for (; pairs > 0; pairs--) {
        const bytes = v128.load64_zero(pixel)
        const turned = i8x16.shuffle(bytes, bytes, 0, 3, 1, 4, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        const two = i16x8.extend_low_i8x16_u(turned)
        low = i32x4.add(low, i32x4.dot_i16x8_s(two, v128.load32_splat(weights)))
        high = i32x4.add(high, i32x4.dot_i16x8_s(two, v128.load32_splat(weights, 4)))
        pixel += 6
        weights += 8
      }
      const words = i16x8.narrow_i32x4_s(toBytes(low, high), low)
      // The fourth byte is overwritten by the next pixel.
      store<i32>(out, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0))
      out += 3
    }
  }
}

/**
 * Resizes along y: from [rows, bytes] at `from`, whose first row is row `skipped` of the image, to [count, bytes] at
 * `to`. Up to 15 bytes more are written.
 */
export function vertical(
  from: usize,
  bytes: i32,
  skipped: i32,
  table: usize,
  stride: i32,
  to: usize,
  count: i32,
): void {
  const line = <usize>bytes
  for (let i = 0; i < count; i++) {
    const row = table + <usize>(i * stride)
    const top = from + <usize>(load<i32>(row) - skipped) * line
    const pairs = load<i32>(row, 4)
    const out = to + <usize>i * line
    for (let x: usize = 0; x < line; x += 16) {
      let weights = row + HEAD
      let at = top + x
      let low0 = i32x4.splat(0)
      let low1 = low0
      let low2 = low0
      let low3 = low0
      let high0 = low0
      let high1 = low0
      let high2 = low0
      let high3 = low0
      for (let pair = 0; pair < pairs; pair++) {
        const upper = v128.load(at)
        const lower = v128.load(at + line)
        const first = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
        const last = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
        const low = v128.load32_splat(weights)
        const high = v128.load32_splat(weights, 4)
        const two0 = i16x8.extend_low_i8x16_u(first)
        const two1 = i16x8.extend_high_i8x16_u(first)
        const two2 = i16x8.extend_low_i8x16_u(last)
        const two3 = i16x8.extend_high_i8x16_u(last)
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(two0, low))
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(two1, low))
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(two2, low))
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(two3, low))
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(two0, high))
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(two1, high))
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(two2, high))
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(two3, high))
        at += 2 * line
        weights += 8
      }
      const words0 = i16x8.narrow_i32x4_s(toBytes(low0, high0), toBytes(low1, high1))
      const words1 = i16x8.narrow_i32x4_s(toBytes(low2, high2), toBytes(low3, high3))
      v128.store(out + x, i8x16.narrow_i16x8_u(words0, words1))
    }
  }
}
