// Depthwise convolution. Geometry words as in patches.ts.
import { address, at, nextChunk, word } from './job'
import { multiplyAdd } from './multiply-add'

/**
 * Job: Y = x ∗ filter, then bias and activation. Words: 1 filter [taps, channels, multiplier], 2 output, 3 bias or 0, 4 images,
 * 5 multiplier, 6 activation (as in multiply.ts: 0 none, 1 ReLU, 2 ReLU6). One chunk is one row of one output image.
 */
export function depthwise(job: usize): void {
  const outHeight = word(job, 25)
  const outWidth = word(job, 26)
  const deep = word(job, 24) * word(job, 5)
  const chunks = word(job, 4) * outHeight
  for (let chunk = nextChunk(job); chunk < chunks; chunk = nextChunk(job)) {
    const row = address(job, 2) + at(chunk * outWidth) * <usize>deep
    for (let ox = 0; ox < outWidth; ox++) pixel(job, chunk, ox, row + at(ox) * <usize>deep)
  }
}

/** The first tap that lies at or after 0, where tap 0 lies at `start` and the others every `dilation` from there. */
function firstInside(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation
}

/** One more than the last of `count` such taps that lies before `size`. */
function afterInside(start: i32, dilation: i32, count: i32, size: i32): i32 {
  return start >= size ? 0 : min(count, (size - 1 - start) / dilation + 1)
}

/** All channels of one output pixel; those of the filter's taps that lie in the padding are left out. */
function pixel(job: usize, chunk: i32, ox: i32, to: usize): void {
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  const filterWidth = word(job, 28)
  const dilationDown = word(job, 31)
  const dilationRight = word(job, 32)
  const multiplier = word(job, 5)
  const deep = channels * multiplier
  const bias = address(job, 3)
  const top = (chunk % word(job, 25)) * word(job, 29) - word(job, 33)
  const left = ox * word(job, 30) - word(job, 34)
  const firstDown = firstInside(top, dilationDown)
  const endDown = afterInside(top, dilationDown, word(job, 27), height)
  const firstRight = firstInside(left, dilationRight)
  const endRight = afterInside(left, dilationRight, filterWidth, width)
  const image = address(job, 20) + at((chunk / word(job, 25)) * height * width) * <usize>channels
  const step = at(dilationRight * channels)
  const filterStep = at(deep)

  const activation = word(job, 6)
  const least: f32 = activation === 0 ? -Infinity : 0
  const most: f32 = activation === 2 ? 6 : Infinity
  const lower = f32x4.splat(least)
  const upper = f32x4.splat(most)

  let c = 0
  // Eight channels at a time: their sums stay in registers over all taps.
  for (; multiplier === 1 && c + 8 <= channels; c += 8) {
    let a = bias === 0 ? f32x4.splat(0) : v128.load(bias + at(c))
    let b = bias === 0 ? f32x4.splat(0) : v128.load(bias + at(c), 16)
    for (let kh = firstDown; kh < endDown; kh++) {
      const y = top + kh * dilationDown
      let from = image + at((y * width + left + firstRight * dilationRight) * channels + c)
      let weights = address(job, 1) + at((kh * filterWidth + firstRight) * deep + c)
      for (let kw = firstRight; kw < endRight; kw++) {
        a = multiplyAdd(a, v128.load(from), v128.load(weights))
        b = multiplyAdd(b, v128.load(from, 16), v128.load(weights, 16))
        from += step
        weights += filterStep
      }
    }
    v128.store(to + at(c), f32x4.min(f32x4.max(a, lower), upper))
    v128.store(to + at(c), f32x4.min(f32x4.max(b, lower), upper), 16)
  }
  c *= multiplier
  for (; c < deep; c++) {
    let sum: f32 = bias === 0 ? 0 : load<f32>(bias + at(c))
    for (let kh = firstDown; kh < endDown; kh++) {
      const y = top + kh * dilationDown
      for (let kw = firstRight; kw < endRight; kw++) {
        const from = image + at((y * width + left + kw * dilationRight) * channels + c / multiplier)
        sum += load<f32>(from) * load<f32>(address(job, 1) + at((kh * filterWidth + kw) * deep + c))
      }
    }
    store<f32>(to + at(c), min<f32>(most, max<f32>(least, sum)))
  }
}
