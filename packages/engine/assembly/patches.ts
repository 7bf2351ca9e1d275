// Packing of A where A is made of the patches of an image, never written out (implicit im2col).
// Geometry words: 20 image, 21 zeros (as many as channels), 22 height, 23 width, 24 channels, 25 outHeight,
// 26 outWidth, 27 filterHeight, 28 filterWidth, 29 stride down, 30 stride right, 31 dilation down, 32 dilation right,
// 33 padding above, 34 padding left. Images are NHWC.
import { address, at, word } from './job'
import { storeTransposed } from './pack'

/** Where the pixel under `tap` of output pixel `p` begins, or the zeros where that lies outside the image. */
function pixel(job: usize, p: i32, tap: i32): usize {
  const outWidth = word(job, 26)
  const outHeight = word(job, 25)
  const height = word(job, 22)
  const width = word(job, 23)
  const filterWidth = word(job, 28)
  const down = p / outWidth
  const image = down / outHeight
  const y = (down % outHeight) * word(job, 29) + (tap / filterWidth) * word(job, 31) - word(job, 33)
  const x = (p % outWidth) * word(job, 30) + (tap % filterWidth) * word(job, 32) - word(job, 34)
  if (<u32>y >= <u32>height || <u32>x >= <u32>width) return address(job, 21)
  return address(job, 20) + at((image * height + y) * width + x) * <usize>word(job, 24)
}

/** Rows are output pixels `row`…, columns the values (tap, channel) `first`… of their patches. */
export function packPatches(job: usize, to: usize, row: i32, rows: i32, first: i32, depth: i32): void {
  const channels = word(job, 24)
  const end = first + depth
  const last = row + rows - 1
  let k = first
  while (k < end) {
    const tap = k / channels
    const channel = k % channels
    const run = min(channels - channel, end - k)
    const offset = at(channel)
    const a = pixel(job, row, tap) + offset
    const b = pixel(job, min(row + 1, last), tap) + offset
    const c = pixel(job, min(row + 2, last), tap) + offset
    const d = pixel(job, min(row + 3, last), tap) + offset
    let i = 0
    for (; i + 4 <= run; i += 4) {
      const o = at(i)
      storeTransposed(to, 16, v128.load(a + o), v128.load(b + o), v128.load(c + o), v128.load(d + o))
      to += 64
    }
    for (; i < run; i++) {
      const o = at(i)
      store<f32>(to, load<f32>(a + o))
      store<f32>(to, load<f32>(b + o), 4)
      store<f32>(to, load<f32>(c + o), 8)
      store<f32>(to, load<f32>(d + o), 12)
      to += 16
    }
    k += run
  }
}

/** Rows are the values (tap, channel) `row`… of the patches, columns the output pixels `first`…. */
export function packPatchesTransposed(job: usize, to: usize, row: i32, rows: i32, first: i32, depth: i32): void {
  const channels = word(job, 24)
  if (channels % 4 === 0) {
    packValues(job, to, row, first, depth, true)
    return
  }
  for (let i = 0; i < 4; i++) packValues(job, to + at(i), min(row + i, row + rows - 1), first, depth, false)
}

/** The patch value `row`, or the four from there on, for each of `depth` output pixels; row by row of the output. */
function packValues(job: usize, to: usize, row: i32, first: i32, depth: i32, four: bool): void {
  const channels = word(job, 24)
  const width = word(job, 23)
  const height = word(job, 22)
  const outWidth = word(job, 26)
  const outHeight = word(job, 25)
  const right = word(job, 30)
  const tap = row / channels
  const tapDown = (tap / word(job, 28)) * word(job, 31) - word(job, 33)
  const tapRight = (tap % word(job, 28)) * word(job, 32) - word(job, 34)
  const base = address(job, 20) + at(row % channels)
  const end = first + depth
  let p = first
  while (p < end) {
    const down = p / outWidth
    const ox = p % outWidth
    const run = min(outWidth - ox, end - p)
    const y = (down % outHeight) * word(job, 29) + tapDown
    const line = base + at(((down / outHeight) * height + y) * width) * <usize>channels
    const inside = <u32>y < <u32>height
    let x = ox * right + tapRight
    for (let i = 0; i < run; i++) {
      const visible = inside && <u32>x < <u32>width
      const from = line + at(x * channels)
      if (four) v128.store(to, visible ? v128.load(from) : f32x4.splat(0))
      else store<f32>(to, visible ? load<f32>(from) : 0)
      to += 16
      x += right
    }
    p += run
  }
}
