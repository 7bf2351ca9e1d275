import type * as tf from '@tensorflow/tfjs'
import { notPositiveDefinite } from '../linalg/not-positive-definite.ts'
import { JobKind, type Jobs } from './jobs.ts'
import type { Kernel } from './kernel.ts'
import { multiply } from './product.ts'

/** The order of the blocks that are factored and solved directly. */
const BLOCK = 64

/** A matrix whose element (i, j) lies at address + 4·(i·rowStride + j·columnStride). */
interface Triangle {
  address: number
  rowStride: number
  columnStride: number
}

/** Blocked right-looking Cholesky (Golub & Van Loan, Matrix Computations, 4.2.6). */
const cholesky: Kernel = (jobs, { inputs: { input }, backend, address }) => {
  const n = input!.shape.at(-1)!
  const out = backend.makeOutput(input!.shape, 'float32')
  const original = backend.typedArrayFromHeap(input!)
  const factors = backend.typedArrayFromHeap(out)
  factors.set(original)
  for (let start = 0; start < factors.length; start += n * n) {
    const pivot = factor(jobs, address(out) + 4 * start, n)
    if (pivot) {
      backend.disposeData(out.dataId)
      const which = factors.length > n * n ? ` (number ${start / (n * n)} of its batch)` : ''
      throw notPositiveDefinite(original.subarray(start, start + n * n), n, pivot, which)
    }
    for (let i = 0; i < n; i++) factors.fill(0, start + i * n + i + 1, start + (i + 1) * n)
  }
  return out
}

function factor(jobs: Jobs, a: number, n: number): { index: number; value: number } | undefined {
  const at = (i: number, j: number) => a + 4 * (i * n + j)
  for (let j = 0; j < n; j += BLOCK) {
    const size = Math.min(BLOCK, n - j)
    const below = j + size
    jobs.run(JobKind.factorBlock, { 1: at(j, j), 2: size, 3: n }, { small: true })
    const failed = jobs.left(4).int
    if (failed >= 0) return { index: j + failed, value: jobs.left(5).float }
    const m = n - below
    jobs.run(JobKind.solveRows, { 1: at(j, j), 2: size, 3: n, 4: at(below, j), 5: m }, { small: m < 64 })
    multiply(jobs, {
      m,
      n: m,
      k: size,
      a: { address: at(below, j), rowStride: n, columnStride: 1 },
      b: { address: at(below, j), rowStride: 1, columnStride: n },
      c: at(below, below),
      width: n,
      sign: -1,
      lower: true,
    })
  }
  return undefined
}

/** Solves a block of rows, then takes what it found out of the rows that remain. */
function solve(jobs: Jobs, t: Triangle, n: number, x: number, columns: number, forward: boolean): void {
  const at = (i: number, j: number) => t.address + 4 * (i * t.rowStride + j * t.columnStride)
  const blocks = Math.ceil(n / BLOCK)
  for (let step = 0; step < blocks; step++) {
    const first = BLOCK * (forward ? step : blocks - 1 - step)
    const size = Math.min(BLOCK, n - first)
    const block = x + 4 * first * columns
    jobs.run(
      JobKind.substitute,
      {
        1: at(first, first),
        2: size,
        3: t.rowStride,
        4: t.columnStride,
        5: block,
        6: columns,
        7: forward ? 1 : 0,
        8: columns,
        9: 0,
      },
      { small: size * size * columns < 50_000 },
    )
    const rest = forward ? first + size : 0
    multiply(jobs, {
      m: forward ? n - rest : first,
      n: columns,
      k: size,
      a: { ...t, address: at(rest, first) },
      b: { address: block, rowStride: columns, columnStride: 1 },
      c: x + 4 * rest * columns,
      sign: -1,
    })
  }
}

const triangularSolve: Kernel = (jobs, { inputs: { matrix, rhs }, attrs, backend, address }) => {
  const [n, columns] = rhs!.shape.slice(-2) as [number, number]
  const out = backend.makeOutput(rhs!.shape, 'float32')
  const solutions = backend.typedArrayFromHeap(out)
  solutions.set(backend.typedArrayFromHeap(rhs!))
  for (let start = 0, number = 0; start < solutions.length; start += n * columns, number++) {
    const triangle = {
      address: address(matrix!) + 4 * number * n * n,
      rowStride: attrs.adjoint ? 1 : n,
      columnStride: attrs.adjoint ? n : 1,
    }
    solve(jobs, triangle, n, address(out) + 4 * start, columns, attrs.lower !== attrs.adjoint)
  }
  return out
}

/** Blocked right-looking LU with partial pivoting (Golub & Van Loan, 3.4.6): [factors, permutation of the rows]. */
const lu: Kernel<tf.TensorInfo[]> = (jobs, { inputs: { input }, backend, address }) => {
  const n = input!.shape.at(-1)!
  const out = backend.makeOutput(input!.shape, 'float32')
  const order = backend.makeOutput(input!.shape.slice(0, -1), 'int32')
  backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(input!))
  const permutation = backend.typedArrayFromHeap(order)
  permutation.forEach((_, i) => {
    permutation[i] = i % n
  })
  for (let number = 0; number < permutation.length / n; number++) {
    factorGeneral(jobs, address(out) + 4 * number * n * n, n, address(order) + 4 * number * n)
  }
  return [out, order]
}

function factorGeneral(jobs: Jobs, a: number, n: number, permutation: number): void {
  const at = (i: number, j: number) => a + 4 * (i * n + j)
  for (let j = 0; j < n; j += BLOCK) {
    const size = Math.min(BLOCK, n - j)
    const panel = { 1: at(j, j), 2: n - j, 3: size, 4: n, 5: at(j, 0), 6: n, 7: permutation + 4 * j }
    jobs.run(JobKind.factorPanel, panel, { small: true })
    const next = j + size
    const rest = n - next
    if (rest === 0) return
    // The block of rows beside the panel: u = l⁻¹·a, l with ones on its diagonal.
    const beside = { 1: at(j, j), 2: size, 3: n, 4: 1, 5: at(j, next), 6: rest, 7: 1, 8: n, 9: 1 }
    jobs.run(JobKind.substitute, beside, { small: rest < BLOCK })
    multiply(jobs, {
      m: rest,
      n: rest,
      k: size,
      a: { address: at(next, j), rowStride: n, columnStride: 1 },
      b: { address: at(j, next), rowStride: n, columnStride: 1 },
      c: at(next, next),
      width: n,
      sign: -1,
    })
  }
}

export const factorisationKernels: Record<string, Kernel<tf.TensorInfo | tf.TensorInfo[]>> = {
  Cholesky: cholesky,
  MatrixTriangularSolve: triangularSolve,
  Lu: lu,
}
