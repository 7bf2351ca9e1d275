// C = A·B (or C ± A·B) in panels: Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM TOMS 34, 2008. The kernel keeps 4×8 sums in registers.
import { address, at, nextChunk, word } from './job'
import { multiplyAdd } from './multiply-add'
import { packPanelA } from './pack'
import { packPatches, packPatchesTransposed } from './patches'

const DEPTH: i32 = 256

/** What the rows of A are. */
const MATRIX: i32 = 0
const PATCHES: i32 = 1

/**
 * Job: words 1 kind of A, 2 m, 3 n, 4 k, 5 packed B, 6 c, 7 elements in a row of c, 8 what becomes of the old c
 * (0 replaced, 1 added to, −1 subtracted from), 9 rows in a chunk (a multiple of 4), 10 room for packed A (for one
 * thread: rows·256 + 32 elements), 11 only the tiles that touch the lower triangle (row ≥ column), 12 a, 13 row stride,
 * 14 column stride; for patches the geometry words; 15 a row of n numbers to add to every row of c, or 0; 16 what
 * follows: 0 nothing, 1 relu, 2 relu6.
 */
export function multiply(job: usize, thread: i32): void {
  const kind = word(job, 1)
  const m = word(job, 2)
  const n = word(job, 3)
  const k = word(job, 4)
  const packedB = address(job, 5)
  const c = address(job, 6)
  const width = word(job, 7)
  const sign = word(job, 8)
  const rows = word(job, 9)
  const room = address(job, 10) + <usize>thread * at(rows * DEPTH + 32)
  const spare = room + at(rows * DEPTH)
  const lower = word(job, 11)
  const bias = address(job, 15)
  const activation = word(job, 16)
  const chunks = (m + rows - 1) / rows
  for (let taken = nextChunk(job); taken < chunks; taken = nextChunk(job)) {
    const chunk = lower ? chunks - 1 - taken : taken
    const top = chunk * rows
    const height = min(rows, m - top)
    const columns = lower ? min(n, top + height) : n
    for (let first = 0; first < k; first += DEPTH) {
      const depth = min(DEPTH, k - first)
      for (let i = 0; i < height; i += 4) {
        const to = room + at(i * depth)
        const here = min(4, height - i)
        if (kind === MATRIX) {
          const from = address(job, 12) + at(top + i) * <usize>word(job, 13) + at(first) * <usize>word(job, 14)
          packPanelA(to, from, here, depth, word(job, 13), word(job, 14))
        } else if (kind === PATCHES) packPatches(job, to, top + i, here, first, depth)
        else packPatchesTransposed(job, to, top + i, here, first, depth)
      }
      const mode = first > 0 && sign === 0 ? 1 : sign
      for (let j = 0; j < columns; j += 8) {
        const b = packedB + at(j) * <usize>k + at(first * 8)
        for (let i = 0; i < height; i += 4) {
          if (lower && j > top + i + 3) continue
          const to = c + (<usize>(top + i) * <usize>width + <usize>j) * 4
          const down = min(4, height - i)
          const right = min(8, n - j)
          const a = room + at(i * depth)
          if (down === 4 && right === 8) tile(a, b, depth, to, at(width), mode)
          else {
            tile(a, b, depth, spare, 32, 0)
            merge(spare, to, at(width), down, right, mode)
          }
        }
      }
    }
    if (bias !== 0 || activation !== 0) {
      for (let i = top; i < top + height; i++) finish(c + at(i) * <usize>width, n, bias, activation)
    }
  }
}

/** Adds the bias to one row of c and applies the activation. */
function finish(row: usize, n: i32, bias: usize, activation: i32): void {
  const zero = f32x4.splat(0)
  const top = f32x4.splat(activation === 2 ? 6 : Infinity)
  let j = 0
  for (; j + 4 <= n; j += 4) {
    let value = v128.load(row + at(j))
    if (bias !== 0) value = f32x4.add(value, v128.load(bias + at(j)))
    if (activation !== 0) value = f32x4.min(f32x4.max(value, zero), top)
    v128.store(row + at(j), value)
  }
  for (; j < n; j++) {
    let value = load<f32>(row + at(j))
    if (bias !== 0) value += load<f32>(bias + at(j))
    if (activation !== 0) value = min<f32>(max<f32>(value, 0), activation === 2 ? 6 : Infinity)
    store<f32>(row + at(j), value)
  }
}

/** Copies, adds or subtracts the part of a tile that lies inside the matrix. */
function merge(from: usize, to: usize, width: usize, down: i32, right: i32, mode: i32): void {
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < right; j++) {
      const value = load<f32>(from + at(8 * i + j))
      const place = to + <usize>i * width + at(j)
      if (mode === 0) store<f32>(place, value)
      else store<f32>(place, load<f32>(place) + <f32>mode * value)
    }
  }
}

/** One 4×8 tile: c (rows `width` bytes apart) becomes a·b, or c ± a·b. */
function tile(a: usize, b: usize, depth: i32, c: usize, width: usize, mode: i32): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  const end = a + at(4 * depth)
  while (a < end) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = multiplyAdd(c00, a0, b0)
    c01 = multiplyAdd(c01, a0, b1)
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = multiplyAdd(c10, a1, b0)
    c11 = multiplyAdd(c11, a1, b1)
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = multiplyAdd(c20, a2, b0)
    c21 = multiplyAdd(c21, a2, b1)
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = multiplyAdd(c30, a3, b0)
    c31 = multiplyAdd(c31, a3, b1)
    a += 16
    b += 32
  }
  storeRow(c, c00, c01, mode)
  c += width
  storeRow(c, c10, c11, mode)
  c += width
  storeRow(c, c20, c21, mode)
  c += width
  storeRow(c, c30, c31, mode)
}

function storeRow(c: usize, left: v128, right: v128, mode: i32): void {
  if (mode > 0) {
    left = f32x4.add(v128.load(c), left)
    right = f32x4.add(v128.load(c, 16), right)
  } else if (mode < 0) {
    left = f32x4.sub(v128.load(c), left)
    right = f32x4.sub(v128.load(c, 16), right)
  }
  v128.store(c, left)
  v128.store(c, right, 16)
}
