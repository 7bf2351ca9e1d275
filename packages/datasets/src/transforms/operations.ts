/**
 * The changes to a picture that the policies draw from, as `torchvision.transforms.v2` computes them on bytes: in place, on
 * [size, size, 3] RGB. What comes in from outside the picture is black, and no pixel is interpolated.
 */
export const operations = {
  Identity() {},
  ShearX: (pixels, size, m) => moved(pixels, size, (x, y) => [x + m * (y + size / 2), y]),
  ShearY: (pixels, size, m) => moved(pixels, size, (x, y) => [x, y + m * (x + size / 2)]),
  TranslateX: (pixels, size, m) => moved(pixels, size, (x, y) => [x - Math.trunc(m), y]),
  TranslateY: (pixels, size, m) => moved(pixels, size, (x, y) => [x, y - Math.trunc(m)]),
  Rotate(pixels, size, degrees) {
    const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    moved(pixels, size, (x, y) => [cosine * x - sine * y, sine * x + cosine * y])
  },
  Brightness: (pixels, _size, m) => blend(pixels, 1 + m, () => 0),
  Color: (pixels, _size, m) => blend(pixels, 1 + m, (i) => grey(pixels, i - (i % 3))),
  Contrast(pixels, _size, m) {
    let sum = 0
    for (let i = 0; i < pixels.length; i += 3) sum += grey(pixels, i)
    const mean = sum / (pixels.length / 3)
    blend(pixels, 1 + m, () => mean)
  },
  Sharpness(pixels, size, m) {
    const source = pixels.slice()
    const row = 3 * size
    blend(pixels, 1 + m, (i) => {
      const [x, y] = [Math.floor((i % row) / 3), Math.floor(i / row)]
      if (x === 0 || y === 0 || x === size - 1 || y === size - 1) return source[i]
      let sum = 4 * source[i]
      for (let up = -row; up <= row; up += row) sum += source[i + up - 3] + source[i + up] + source[i + up + 3]
      return Math.round(sum / 13)
    })
  },
  Posterize(pixels, _size, bits) {
    const mask = 256 - 2 ** (8 - bits)
    replace(pixels, (value) => value & mask)
  },
  Solarize: (pixels, _size, m) => replace(pixels, (value) => (value >= 255 * m ? 255 - value : value)),
  AutoContrast: (pixels) => byChannel(pixels, stretched),
  Equalize: (pixels) => byChannel(pixels, equalised),
} satisfies Record<string, (pixels: Uint8Array, size: number, magnitude: number) => void>

export type Operation = keyof typeof operations

/** Luma (ITU-R BT.601), cut to whole numbers, of the pixel at `i`. */
const grey = (pixels: Uint8Array, i: number) =>
  Math.floor(0.2989 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2])

function replace(pixels: Uint8Array, change: (value: number, i: number) => number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = change(pixels[i], i)
}

const toByte = (value: number) => Math.trunc(Math.min(Math.max(value, 0), 255))

/** Moves every number away from (above 1) or towards (below 1) another one, which may be computed from the picture as it was up to its pixel. */
function blend(pixels: Uint8Array, share: number, other: (i: number) => number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const others = [other(i), other(i + 1), other(i + 2)]
    for (let c = 0; c < 3; c++) pixels[i + c] = toByte(share * pixels[i + c] + (1 - share) * others[c])
  }
}

/** Fills each pixel with the nearest one to where `from` finds it; both are measured from the middle. */
function moved(pixels: Uint8Array, size: number, from: (x: number, y: number) => [number, number]): void {
  const source = pixels.slice()
  const middle = (size - 1) / 2
  for (let y = 0, to = 0; y < size; y++) {
    for (let x = 0; x < size; x++, to += 3) {
      const [column, row] = from(x - middle, y - middle).map((place) => Math.round(place + middle))
      const inside = column >= 0 && column < size && row >= 0 && row < size
      const at = 3 * (row * size + column)
      for (let c = 0; c < 3; c++) pixels[to + c] = inside ? source[at + c] : 0
    }
  }
}

/** Replaces the values of each channel by a table made from how often each occurs. */
function byChannel(pixels: Uint8Array, tableOf: (counts: Uint32Array) => Uint8Array | undefined): void {
  for (let channel = 0; channel < 3; channel++) {
    const counts = new Uint32Array(256)
    for (let i = channel; i < pixels.length; i += 3) counts[pixels[i]]++
    const table = tableOf(counts)
    if (table) for (let i = channel; i < pixels.length; i += 3) pixels[i] = table[pixels[i]]
  }
}

/** From the lowest and highest value that occur to 0 and 255. */
function stretched(counts: Uint32Array): Uint8Array | undefined {
  const low = counts.findIndex((count) => count > 0)
  const high = counts.findLastIndex((count) => count > 0)
  if (high === low) return undefined
  const scale = Math.fround(Math.fround(high - low) * Math.fround(1 / 255))
  return Uint8Array.from(counts, (_, value) => toByte(Math.fround((value - low) / scale)))
}

/** Pillow's table, which makes all values about equally frequent. */
function equalised(counts: Uint32Array): Uint8Array | undefined {
  const high = counts.findLastIndex((count) => count > 0)
  const others = counts.reduce((sum, count) => sum + count, 0) - counts[high]
  const step = Math.floor(others / 255)
  if (step === 0) return undefined
  let below = Math.floor(step / 2)
  return Uint8Array.from(counts, (count) => {
    const value = Math.min(255, Math.floor(below / step))
    below += count
    return value
  })
}
