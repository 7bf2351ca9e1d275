// Gradients of convolutions and pooling that are no matrix products. Geometry words as in patches.ts.
import { address, at, nextChunk, word } from './job'
import { multiplyAdd } from './multiply-add'

/**
 * Job: sums patch gradients back into image gradients (col2im). Words: 1 patches [images·outHeight·outWidth,
 * taps·channels], 2 image gradient [images, height, width, channels], 3 images. One chunk is one row of one image.
 */
export function foldPatches(job: usize): void {
  const patches = address(job, 1)
  const to = address(job, 2)
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  const outHeight = word(job, 25)
  const outWidth = word(job, 26)
  const filterHeight = word(job, 27)
  const filterWidth = word(job, 28)
  const down = word(job, 29)
  const right = word(job, 30)
  const chunks = word(job, 3) * height
  const patch = at(filterHeight * filterWidth * channels)
  for (let chunk = nextChunk(job); chunk < chunks; chunk = nextChunk(job)) {
    const image = chunk / height
    const y = chunk % height
    const row = to + at(chunk * width) * <usize>channels
    memory.fill(row, 0, at(width * channels))
    for (let kh = 0; kh < filterHeight; kh++) {
      const oy = y + word(job, 33) - kh * word(job, 31)
      if (oy < 0 || oy % down !== 0 || oy / down >= outHeight) continue
      for (let ox = 0; ox < outWidth; ox++) {
        const from = patches + <usize>((image * outHeight + oy / down) * outWidth + ox) * patch
        for (let kw = 0; kw < filterWidth; kw++) {
          const x = ox * right + kw * word(job, 32) - word(job, 34)
          if (<u32>x >= <u32>width) continue
          addTo(row + at(x * channels), from + at((kh * filterWidth + kw) * channels), channels)
        }
      }
    }
  }
}

function addTo(to: usize, from: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    v128.store(to + at(i), f32x4.add(v128.load(to + at(i)), v128.load(from + at(i))))
  }
  for (; i < count; i++) store<f32>(to + at(i), load<f32>(to + at(i)) + load<f32>(from + at(i)))
}

/** to[i] += a[i]·b[i] */
function addProduct(to: usize, a: usize, b: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    v128.store(to + at(i), multiplyAdd(v128.load(to + at(i)), v128.load(a + at(i)), v128.load(b + at(i))))
  }
  for (; i < count; i++) store<f32>(to + at(i), load<f32>(to + at(i)) + load<f32>(a + at(i)) * load<f32>(b + at(i)))
}

/**
 * Job: gradient of maximum pooling; each window's gradient goes to its first largest value. Words: 1 input,
 * 2 output gradient, 3 input gradient, 4 images. One chunk is up to 32 channels of one image.
 */
export function maxPoolGradient(job: usize): void {
  const input = address(job, 1)
  const dy = address(job, 2)
  const dx = address(job, 3)
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  const outHeight = word(job, 25)
  const outWidth = word(job, 26)
  const blocks = (channels + 31) / 32
  const chunks = word(job, 4) * blocks
  for (let chunk = nextChunk(job); chunk < chunks; chunk = nextChunk(job)) {
    const image = chunk / blocks
    const first = (chunk % blocks) * 32
    const count = min(32, channels - first)
    const start = at(image * height * width) * <usize>channels + at(first)
    for (let p = 0; p < height * width; p++) memory.fill(dx + start + at(p * channels), 0, at(count))
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        const from = dy + at((image * outHeight + oy) * outWidth + ox) * <usize>channels + at(first)
        for (let c = 0; c < count; c++) {
          const winner = largest(job, input + start + at(c), oy, ox)
          if (winner < 0) continue
          const place = dx + start + at(c) + at(winner * channels)
          store<f32>(place, load<f32>(place) + load<f32>(from + at(c)))
        }
      }
    }
  }
}

/** The pixel of the first largest value in the window of (oy, ox), −1 where the window is all padding. */
function largest(job: usize, input: usize, oy: i32, ox: i32): i32 {
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  let best: f32 = -Infinity
  let winner = -1
  for (let kh = 0; kh < word(job, 27); kh++) {
    const y = oy * word(job, 29) + kh * word(job, 31) - word(job, 33)
    if (<u32>y >= <u32>height) continue
    for (let kw = 0; kw < word(job, 28); kw++) {
      const x = ox * word(job, 30) + kw * word(job, 32) - word(job, 34)
      if (<u32>x >= <u32>width) continue
      const value = load<f32>(input + at((y * width + x) * channels))
      if (value > best || winner < 0) {
        best = value
        winner = y * width + x
      }
    }
  }
  return winner
}

/**
 * Job: gradient of a depthwise convolution with respect to its input. Words: 1 output gradient, 2 filter
 * [taps, channels, multiplier], 3 input gradient, 4 images, 5 multiplier. One chunk is one row of one image.
 */
export function depthwiseInputGradient(job: usize): void {
  const dy = address(job, 1)
  const filter = address(job, 2)
  const dx = address(job, 3)
  const multiplier = word(job, 5)
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  const outHeight = word(job, 25)
  const outWidth = word(job, 26)
  const filterWidth = word(job, 28)
  const down = word(job, 29)
  const right = word(job, 30)
  const deep = channels * multiplier
  const chunks = word(job, 4) * height
  for (let chunk = nextChunk(job); chunk < chunks; chunk = nextChunk(job)) {
    const image = chunk / height
    const row = dx + at(chunk * width) * <usize>channels
    memory.fill(row, 0, at(width * channels))
    for (let kh = 0; kh < word(job, 27); kh++) {
      const oy = (chunk % height) + word(job, 33) - kh * word(job, 31)
      if (oy < 0 || oy % down !== 0 || oy / down >= outHeight) continue
      for (let kw = 0; kw < filterWidth; kw++) {
        const weights = filter + at((kh * filterWidth + kw) * deep)
        for (let ox = 0; ox < outWidth; ox++) {
          const x = ox * right + kw * word(job, 32) - word(job, 34)
          if (<u32>x >= <u32>width) continue
          const from = dy + at((image * outHeight + oy / down) * outWidth + ox) * <usize>deep
          const to = row + at(x * channels)
          if (multiplier === 1) addProduct(to, from, weights, channels)
          else {
            for (let c = 0; c < deep; c++) {
              const place = to + at(c / multiplier)
              store<f32>(place, load<f32>(place) + load<f32>(from + at(c)) * load<f32>(weights + at(c)))
            }
          }
        }
      }
    }
  }
}

/**
 * Job: gradient of a depthwise convolution with respect to its filter. Words: 1 output gradient, 2 input, 3 filter
 * gradient [taps, channels, multiplier], 4 images, 5 multiplier. One chunk is one tap.
 */
export function depthwiseFilterGradient(job: usize): void {
  const dy = address(job, 1)
  const input = address(job, 2)
  const multiplier = word(job, 5)
  const height = word(job, 22)
  const width = word(job, 23)
  const channels = word(job, 24)
  const outHeight = word(job, 25)
  const outWidth = word(job, 26)
  const filterWidth = word(job, 28)
  const deep = channels * multiplier
  const taps = word(job, 27) * filterWidth
  for (let tap = nextChunk(job); tap < taps; tap = nextChunk(job)) {
    const to = address(job, 3) + at(tap * deep)
    memory.fill(to, 0, at(deep))
    for (let row = 0; row < word(job, 4) * outHeight; row++) {
      const y = (row % outHeight) * word(job, 29) + (tap / filterWidth) * word(job, 31) - word(job, 33)
      if (<u32>y >= <u32>height) continue
      for (let ox = 0; ox < outWidth; ox++) {
        const x = ox * word(job, 30) + (tap % filterWidth) * word(job, 32) - word(job, 34)
        if (<u32>x >= <u32>width) continue
        const from = input + at(((row / outHeight) * height + y) * width + x) * <usize>channels
        const gradient = dy + at(row * outWidth + ox) * <usize>deep
        if (multiplier === 1) addProduct(to, gradient, from, channels)
        else {
          for (let c = 0; c < deep; c++) {
            const place = to + at(c)
            store<f32>(place, load<f32>(place) + load<f32>(gradient + at(c)) * load<f32>(from + at(c / multiplier)))
          }
        }
      }
    }
  }
}
