import { expect, it } from 'vitest'
import { float16ToFloat32, float32ToFloat16 } from './float16.ts'

/** All patterns of finite half precision numbers above zero, in the order of the numbers. */
const finite = Uint16Array.from({ length: 0x7bff }, (_, i) => i + 1)
const numbers = float16ToFloat32(finite)

/** The places where two lists of patterns differ: comparing tens of thousands of numbers is slow otherwise. */
const differences = (found: Uint16Array, expected: Uint16Array) =>
  [...expected.keys()].filter((i) => found[i] !== expected[i])

it('gives each half precision number its own pattern again, of either sign', () => {
  expect(differences(float32ToFloat16(numbers), finite)).toEqual([])
  expect(
    differences(
      float32ToFloat16(numbers.map((value) => -value)),
      finite.map((bits) => bits | 0x8000),
    ),
  ).toEqual([])
  const ends = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  expect([...float16ToFloat32(float32ToFloat16(Float32Array.from(ends)))]).toEqual(ends)
})

it('takes the nearest, and of two as near the even one', () => {
  const middles = numbers.slice(1).map((value, i) => (value + numbers[i]) / 2)
  const even = finite.slice(1).map((bits) => (bits % 2 === 0 ? bits : bits - 1))
  expect(differences(float32ToFloat16(middles), even)).toEqual([])
  expect(differences(float32ToFloat16(middles.map((value) => value * (1 + 2 ** -22))), finite.slice(1))).toEqual([])
  expect(differences(float32ToFloat16(middles.map((value) => value * (1 - 2 ** -22))), finite.slice(0, -1))).toEqual([])
  expect([...float32ToFloat16(Float32Array.of(65519, 65520, 1e30))]).toEqual([0x7bff, 0x7c00, 0x7c00])
})
