// Copies of operands in the order in which the multiplication kernel reads them.
// A: panels of 4 rows, for each k the 4 values of that column. B: panels of 8 columns, for each k the 8 values.
import { address, at, nextChunk, word } from './job'

/** Stores the 4×4 block whose rows are a, b, c, d by its columns, `step` bytes apart. */
export function storeTransposed(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2))
  v128.store(to + step, v128.shuffle<f64>(ab0, cd0, 1, 3))
  v128.store(to + 2 * step, v128.shuffle<f64>(ab1, cd1, 0, 2))
  v128.store(to + 3 * step, v128.shuffle<f64>(ab1, cd1, 1, 3))
}

/**
 * Job: packs B [taps·depth, n]. Element (tap, k, j) lies at b + tap·tapStride + k·rowStride + j·columnStride.
 * Words: 1 b, 2 packed, 3 taps, 4 tapStride, 5 depth, 6 rowStride, 7 n, 8 columnStride. One chunk is one panel.
 */
export function packB(job: usize): void {
  const b = address(job, 1)
  const packed = address(job, 2)
  const taps = word(job, 3)
  const tapStride = word(job, 4)
  const depth = word(job, 5)
  const rowStride = word(job, 6)
  const n = word(job, 7)
  const columnStride = word(job, 8)
  const panels = (n + 7) / 8
  for (let panel = nextChunk(job); panel < panels; panel = nextChunk(job)) {
    let to = packed + at(panel * 8) * <usize>(taps * depth)
    const columns = min(8, n - panel * 8)
    for (let tap = 0; tap < taps; tap++) {
      const from = b + at(tap * tapStride) + at(panel * 8 * columnStride)
      packPanelB(to, from, depth, rowStride, columns, columnStride)
      to += at(depth * 8)
    }
  }
}

function packPanelB(to: usize, from: usize, depth: i32, rowStride: i32, columns: i32, columnStride: i32): void {
  const row = at(rowStride)
  const column = at(columnStride)
  if (columns === 8 && columnStride === 1) {
    for (let k = 0; k < depth; k++) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      to += 32
      from += row
    }
    return
  }
  let k = 0
  if (columns === 8 && rowStride === 1) {
    const half = from + 4 * column
    for (; k + 4 <= depth; k += 4) {
      const f = from + at(k)
      const h = half + at(k)
      storeTransposed(to, 32, v128.load(f), v128.load(f + column), v128.load(f + 2 * column), v128.load(f + 3 * column))
      storeTransposed(
        to + 16,
        32,
        v128.load(h),
        v128.load(h + column),
        v128.load(h + 2 * column),
        v128.load(h + 3 * column),
      )
      to += 128
    }
  }
  for (; k < depth; k++) {
    const f = from + at(k) * <usize>rowStride
    for (let j = 0; j < 8; j++) {
      store<f32>(to + at(j), j < columns ? load<f32>(f + <usize>j * column) : 0)
    }
    to += 32
  }
}

/** Packs `rows` (at most 4) rows of A and `depth` of its columns, both strides free; missing rows become zeros. */
export function packPanelA(to: usize, from: usize, rows: i32, depth: i32, rowStride: i32, columnStride: i32): void {
  const row = at(rowStride)
  const column = at(columnStride)
  let k = 0
  if (rows === 4 && rowStride === 1) {
    for (; k < depth; k++) {
      v128.store(to, v128.load(from))
      to += 16
      from += column
    }
    return
  }
  if (rows === 4 && columnStride === 1) {
    for (; k + 4 <= depth; k += 4) {
      const f = from + at(k)
      storeTransposed(to, 16, v128.load(f), v128.load(f + row), v128.load(f + 2 * row), v128.load(f + 3 * row))
      to += 64
    }
  }
  for (; k < depth; k++) {
    const f = from + <usize>k * column
    for (let i = 0; i < 4; i++) store<f32>(to + at(i), i < rows ? load<f32>(f + <usize>i * row) : 0)
    to += 16
  }
}
