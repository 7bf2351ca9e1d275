import { type ProductActivation, productActivations } from './activation.ts'
import { JobKind, type Jobs } from './jobs.ts'

/** A matrix in memory: element (i, j) lies at address + 4·(i·rowStride + j·columnStride). */
interface Operand {
  address: number
  rowStride: number
  columnStride: number
}

/** Packed room for B [taps·depth, n]: see packB in assembly/pack.ts. */
interface TappedOperand extends Operand {
  taps?: number
  tapStride?: number
}

/** What the rows of A are: a matrix, the patches of an image, or the values of all patches (A transposed). */
type Left = Operand | { patches: Record<number, number>; transposed: boolean }

export interface Product {
  m: number
  n: number
  /** The length of the sums; taps·depth where B has taps. */
  k: number
  a: Left
  b: TappedOperand
  c: number
  /** Elements from one row of c to the next; n unless said. */
  width?: number
  /** What becomes of the old c: 0 it is replaced, 1 added to, −1 subtracted from. */
  sign?: 0 | 1 | -1
  /** Leaves out what lies wholly above the diagonal. */
  lower?: boolean
  /** n numbers added to every row of c at the end. */
  bias?: number
  activation?: ProductActivation
}

const SMALL = 200_000

/** c = a·b, on all threads. */
export function multiply(jobs: Jobs, product: Product): void {
  const { m, n, k, a, b, c, width = n, sign = 0, lower = false, bias = 0, activation = 'linear' } = product
  if (m === 0 || n === 0) return
  const taps = b.taps ?? 1
  const small = m * n * k < SMALL
  const packedB = jobs.room('packed B', 4 * Math.ceil(n / 8) * 8 * k)
  jobs.run(
    JobKind.packB,
    {
      1: b.address,
      2: packedB,
      3: taps,
      4: b.tapStride ?? 0,
      5: k / taps,
      6: b.rowStride,
      7: n,
      8: b.columnStride,
    },
    { small: small || n * k < 20_000 },
  )
  const rows = Math.max(4, Math.min(64, 4 * Math.ceil(m / (4 * 4 * jobs.threads))))
  const packedA = jobs.room('packed A', 4 * (rows * 256 + 32) * jobs.threads)
  const left: Record<number, number> =
    'patches' in a
      ? { 1: a.transposed ? 2 : 1, ...a.patches }
      : { 1: 0, 12: a.address, 13: a.rowStride, 14: a.columnStride }
  jobs.run(
    JobKind.multiply,
    {
      ...left,
      2: m,
      3: n,
      4: k,
      5: packedB,
      6: c,
      7: width,
      8: sign,
      9: rows,
      10: packedA,
      11: lower ? 1 : 0,
      15: bias,
      16: productActivations[activation],
    },
    { small },
  )
}
