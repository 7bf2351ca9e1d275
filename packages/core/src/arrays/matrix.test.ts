import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { checkLabelCount, toLabels, toMatrix } from './matrix.ts'

const refused = (work: () => unknown, message: RegExp) => {
  expect(work).toThrow(DataError)
  expect(work).toThrow(message)
}

describe('toMatrix', () => {
  it('takes all axes after the first for the row', () => {
    const cube = { shape: [2, 3, 2], data: Float64Array.from({ length: 12 }, (_, i) => i) }
    expect(toMatrix(cube, 'x')).toEqual({ shape: [2, 6], data: Float32Array.from(cube.data) })
    expect(toMatrix({ shape: [3], data: BigInt64Array.of(1n, 2n, 3n) }, 'x').shape).toEqual([3, 1])
  })

  it('names the place of numbers that float32 does not hold', () => {
    refused(
      () => toMatrix({ shape: [2, 2], data: Float32Array.of(0, 1, Number.NaN, 3) }, 'x'),
      /NaN in row 1, column 0/,
    )
    refused(() => toMatrix({ shape: [1, 2], data: Float64Array.of(0, 1e300) }, 'x'), /1e\+300 in row 0, column 1/)
    refused(() => toMatrix({ shape: [1], data: ['rose'] }, 'x'), /numbers, received texts such as «rose»/)
    refused(() => toMatrix({ shape: [0, 4], data: new Float32Array(0) }, 'x'), /shape \[0,4\]/)
  })
})

describe('toLabels', () => {
  it('keeps whole numbers beyond 32 bits, and texts', () => {
    expect(toLabels({ shape: [2, 1], data: BigInt64Array.of(2n ** 40n, -1n) }, 'y')).toEqual([2 ** 40, -1])
    expect(toLabels({ shape: [1, 2], data: ['rose', 'tulip'] }, 'y')).toEqual(['rose', 'tulip'])
  })

  it('refuses what would have to be rounded, wrapped or guessed', () => {
    refused(() => toLabels({ shape: [2], data: Float64Array.of(1, 1.5) }, 'y'), /1.5 for sample 1/)
    refused(() => toLabels({ shape: [2], data: Float64Array.of(Number.NaN, 1) }, 'y'), /NaN for sample 0/)
    refused(() => toLabels({ shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) }, 'y'), /18446744073709551615/)
    refused(() => toLabels({ shape: [2], data: ['rose', ''] }, 'y'), /none for sample 1/)
    refused(() => toLabels({ shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }, 'y'), /one-hot/)
  })
})

it('checkLabelCount says when the features look transposed', () => {
  const matrix = { shape: [50, 700] as const, data: new Float32Array(35_000) }
  expect(checkLabelCount('y', new Array(50).fill(0), matrix)).toBeUndefined()
  refused(() => checkLabelCount('y', new Array(700).fill(0), matrix), /look transposed: 700 columns, 700 labels/)
  refused(() => checkLabelCount('y', new Array(7).fill(0), matrix), /expected 50 labels, received 7/)
})
