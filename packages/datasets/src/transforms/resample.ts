import { resampleCode } from './resample-code.ts'
import type { Size } from './transform.ts'

/** The filter by which images are resized, a triangle or a cubic; both as wide as the reduction needs. */
export type Interpolation = 'bilinear' | 'bicubic'

/** The part that is wanted of an image resized to `width` × `height`: `columns` × `rows` pixels from (`left`, `top`). */
export interface Window extends Size {
  left: number
  top: number
  columns: number
  rows: number
  /** Left and right exchanged, within the window. */
  flip?: boolean
  /** `bilinear` where left out. */
  interpolation?: Interpolation
}

interface Kernels {
  tableStride(inSize: number, outSize: number, cubic: number): number
  makeTable(
    table: number,
    inSize: number,
    outSize: number,
    first: number,
    count: number,
    mirrored: number,
    cubic: number,
  ): void
  horizontal(from: number, width: number, rows: number, table: number, stride: number, to: number, count: number): void
  vertical(from: number, bytes: number, skipped: number, table: number, stride: number, to: number, count: number): void
}

const PAGE_BYTES = 65_536

/** Bytes that the kernels may read or write past the end of an area. */
const SLACK_BYTES = 16

/** A resampler that has grown beyond this is not kept. */
const MOST_IDLE_BYTES = 2 ** 26

let compiled: Promise<WebAssembly.Module> | undefined
const idle: Resampler[] = []

/** Lends `use` a resampler whose memory no one else touches meanwhile. */
export async function withResampler<T>(use: (resampler: Resampler) => Promise<T>): Promise<T> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(resampleCode), (byte) => byte.charCodeAt(0)))
  const resampler = idle.pop() ?? new Resampler(await compiled)
  try {
    return await use(resampler)
  } finally {
    if (resampler.bytes <= MOST_IDLE_BYTES) idle.push(resampler)
  }
}

/**
 * Resizes by a filter as wide as the reduction needs, the bytes equal to those of Pillow's `bilinear` and `bicubic`,
 * because that is how published weights saw their images. The pixels lie in its own memory, where a decoder
 * writes them without a copy: {@link prepare}, fill `pixels`, then {@link write}.
 */
export class Resampler {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #kernels: Kernels
  #window: Window = { width: 0, height: 0, left: 0, top: 0, columns: 0, rows: 0 }
  #image: Size = { width: 0, height: 0 }
  /** The rows of the image that the window depends on. */
  #from = 0
  #count = 0
  #areas = { x: 0, y: 0, narrowed: 0, out: 0, pixels: 0 }
  #strides = { x: 0, y: 0 }

  constructor(module: WebAssembly.Module) {
    this.#kernels = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as unknown as Kernels
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength
  }

  /**
   * Gets ready for an image of the given size.
   * @returns where its RGB bytes go, [height, width, 3], and which of its rows are read.
   */
  prepare(image: Size, window: Window): { pixels: Uint8Array; firstRow: number; rowCount: number } {
    const { tableStride, makeTable } = this.#kernels
    this.#window = window
    this.#image = image
    const cubic = window.interpolation === 'bicubic' ? 1 : 0
    this.#strides = {
      x: tableStride(image.width, window.width, cubic),
      y: tableStride(image.height, window.height, cubic),
    }
    const line = window.columns * 3
    const x = 0
    const y = x + this.#strides.x * window.columns
    const out = y + this.#strides.y * window.rows
    const narrowed = out + window.rows * line + SLACK_BYTES
    // Weights come in pairs, so that one row more may be read, with weight 0.
    const pixels = narrowed + (image.height + 1) * line + SLACK_BYTES
    const imageBytes = image.width * image.height * 3
    this.#areas = { x, y, narrowed, out, pixels }
    this.#reserve(pixels + imageBytes + SLACK_BYTES)
    makeTable(x, image.width, window.width, window.left, window.columns, window.flip ? 1 : 0, cubic)
    makeTable(y, image.height, window.height, window.top, window.rows, 0, cubic)
    const table = new DataView(this.#memory.buffer, y)
    const last = (window.rows - 1) * this.#strides.y
    this.#from = table.getInt32(0, true)
    this.#count = Math.min(image.height, table.getInt32(last, true) + 2 * table.getInt32(last + 4, true)) - this.#from
    return {
      pixels: new Uint8Array(this.#memory.buffer, pixels, imageBytes),
      firstRow: this.#from,
      rowCount: this.#count,
    }
  }

  /** Writes the window, [rows, columns, 3] RGB bytes, of the image whose pixels are in place now. */
  write(out: Uint8Array): void {
    const { width, height, flip } = this.#window
    if (width === this.#image.width && height === this.#image.height && !flip) this.#copy(out)
    else this.#resize(out)
  }

  #resize(out: Uint8Array): void {
    const { columns, rows } = this.#window
    const { width } = this.#image
    const { x, y, narrowed, out: to, pixels } = this.#areas
    const from = pixels + this.#from * width * 3
    this.#kernels.horizontal(from, width, this.#count, x, this.#strides.x, narrowed, columns)
    this.#kernels.vertical(narrowed, columns * 3, this.#from, y, this.#strides.y, to, rows)
    out.set(new Uint8Array(this.#memory.buffer, to, rows * columns * 3))
  }

  /** The same without arithmetic, where the image has the window's scale already. */
  #copy(out: Uint8Array): void {
    const { left, top, columns, rows } = this.#window
    const pixels = new Uint8Array(this.#memory.buffer, this.#areas.pixels)
    for (let y = 0; y < rows; y++) {
      const start = ((top + y) * this.#image.width + left) * 3
      out.set(pixels.subarray(start, start + columns * 3), y * columns * 3)
    }
  }

  #reserve(bytes: number): void {
    if (bytes > this.bytes) this.#memory.grow(Math.ceil((bytes - this.bytes) / PAGE_BYTES))
  }
}
