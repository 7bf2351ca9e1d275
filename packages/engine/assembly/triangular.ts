// The small dense blocks on the diagonal of a Cholesky factorisation and of a triangular solve; the rest of the work
// is matrix products (multiply.ts).
import { address, at, nextChunk, word } from './job'
import { multiplyAdd } from './multiply-add'

/** Σ a[i]·b[i] */
function dot(a: usize, b: usize, count: i32): f32 {
  let sums = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) sums = multiplyAdd(sums, v128.load(a + at(i)), v128.load(b + at(i)))
  let sum =
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3))
  for (; i < count; i++) sum += load<f32>(a + at(i)) * load<f32>(b + at(i))
  return sum
}

/**
 * Job: overwrites the lower triangle of a [n, n] by its Cholesky factor. Words: 1 a, 2 n, 3 elements in a row, 4 left
 * behind: the row of the first pivot that is not above zero, or −1; 5 that pivot. One chunk.
 */
export function factorBlock(job: usize): void {
  if (nextChunk(job) > 0) return
  const a = address(job, 1)
  const n = word(job, 2)
  const row = at(word(job, 3))
  store<i32>(job + 16, -1)
  for (let i = 0; i < n; i++) {
    const ai = a + <usize>i * row
    for (let j = 0; j < i; j++) {
      const aj = a + <usize>j * row
      store<f32>(ai + at(j), (load<f32>(ai + at(j)) - dot(ai, aj, j)) / load<f32>(aj + at(j)))
    }
    const pivot = load<f32>(ai + at(i)) - dot(ai, ai, i)
    if (!(pivot > 0)) {
      store<i32>(job + 16, i)
      store<f32>(job + 20, pivot)
      return
    }
    store<f32>(ai + at(i), Mathf.sqrt(pivot))
  }
}

/**
 * Job: overwrites the m rows of b by x with x·lᵀ = b, l [n, n] lower triangular. Words: 1 l, 2 n, 3 elements in a row of
 * l and of b, 4 b, 5 m. One chunk is 16 rows.
 */
export function solveRows(job: usize): void {
  const l = address(job, 1)
  const n = word(job, 2)
  const row = at(word(job, 3))
  const b = address(job, 4)
  const m = word(job, 5)
  for (let first = nextChunk(job) * 16; first < m; first = nextChunk(job) * 16) {
    for (let r = first; r < min(first + 16, m); r++) {
      const x = b + <usize>r * row
      for (let j = 0; j < n; j++) {
        const lj = l + <usize>j * row
        store<f32>(x + at(j), (load<f32>(x + at(j)) - dot(x, lj, j)) / load<f32>(lj + at(j)))
      }
    }
  }
}

/**
 * Job: overwrites x [n, columns] by the solution of t·x = x. Element (i, j) of the triangle t lies at
 * t + i·rowStride + j·columnStride. Words: 1 t, 2 n, 3 rowStride, 4 columnStride, 5 x, 6 columns, 7 whether from the
 * first row to the last, 8 elements in a row of x, 9 whether the diagonal of t is ones. One chunk is 16 columns.
 */
export function substitute(job: usize): void {
  const t = address(job, 1)
  const n = word(job, 2)
  const down = at(word(job, 3))
  const right = at(word(job, 4))
  const x = address(job, 5)
  const columns = word(job, 6)
  const forward = word(job, 7)
  const row = at(word(job, 8))
  const unit = word(job, 9)
  for (let first = nextChunk(job) * 16; first < columns; first = nextChunk(job) * 16) {
    const count = min(16, columns - first)
    for (let step = 0; step < n; step++) {
      const i = forward ? step : n - 1 - step
      const xi = x + <usize>i * row + at(first)
      for (let before = 0; before < step; before++) {
        const j = forward ? before : n - 1 - before
        const factor = load<f32>(t + <usize>i * down + <usize>j * right)
        subtractScaled(xi, x + <usize>j * row + at(first), factor, count)
      }
      if (unit) continue
      const diagonal = load<f32>(t + <usize>i * down + <usize>i * right)
      for (let c = 0; c < count; c++) store<f32>(xi + at(c), load<f32>(xi + at(c)) / diagonal)
    }
  }
}

/** to[c] −= factor·from[c] */
function subtractScaled(to: usize, from: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor)
  let c = 0
  for (; c + 4 <= count; c += 4) {
    v128.store(to + at(c), f32x4.sub(v128.load(to + at(c)), f32x4.mul(factors, v128.load(from + at(c)))))
  }
  for (; c < count; c++) store<f32>(to + at(c), load<f32>(to + at(c)) - factor * load<f32>(from + at(c)))
}

/**
 * Job: overwrites m rows of n columns by their factors l and u with partial pivoting. Words: 1 the panel, 2 m, 3 n,
 * 4 elements in a row, 5 the first of the `width` numbers of each row, all of which are exchanged, 6 width, 7 the
 * permutation of these rows, which is exchanged alike. One chunk.
 */
export function factorPanel(job: usize): void {
  if (nextChunk(job) > 0) return
  const a = address(job, 1)
  const m = word(job, 2)
  const n = word(job, 3)
  const row = at(word(job, 4))
  const whole = address(job, 5)
  const width = word(job, 6)
  const permutation = address(job, 7)
  for (let k = 0; k < min(m, n); k++) {
    let best = k
    let size: f32 = -1
    for (let i = k; i < m; i++) {
      const value = Mathf.abs(load<f32>(a + <usize>i * row + at(k)))
      if (value > size) {
        size = value
        best = i
      }
    }
    if (best !== k) {
      exchange(whole + <usize>k * row, whole + <usize>best * row, width)
      exchange(permutation + at(k), permutation + at(best), 1)
    }
    const ak = a + <usize>k * row
    const pivot = load<f32>(ak + at(k))
    for (let i = k + 1; i < m; i++) {
      const ai = a + <usize>i * row
      const factor = load<f32>(ai + at(k)) / pivot
      store<f32>(ai + at(k), factor)
      subtractScaled(ai + at(k + 1), ak + at(k + 1), factor, n - k - 1)
    }
  }
}

/** Exchanges `count` 32-bit values. */
function exchange(a: usize, b: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const kept = load<i32>(a + at(i))
    store<i32>(a + at(i), load<i32>(b + at(i)))
    store<i32>(b + at(i), kept)
  }
}
