import { expect, it } from 'vitest'
import { float16ToFloat32, float32ToFloat16 } from './float16.ts'

/** All patterns of finite half precision numbers above zero, in the order of the numbers. */
const finite = Uint16Array.from({ length: 0x7bff }, (_, i) => i + 1)
const numbers = float16ToFloat32(finite)

it('gives each half precision number its own pattern again, of either sign', () => {
  expect(float32ToFloat16(numbers)).toEqual(finite)
  expect(float32ToFloat16(numbers.map((value) => -value))).toEqual(finite.map((bits) => bits | 0x8000))
  const ends = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  expect([...float16ToFloat32(float32ToFloat16(Float32Array.from(ends)))]).toEqual(ends)
})

it('takes the nearest, and of two as near the even one', () => {
  const middles = numbers.slice(1).map((value, i) => (value + numbers[i]) / 2)
  const even = finite.slice(1).map((bits) => (bits % 2 === 0 ? bits : bits - 1))
  expect(float32ToFloat16(middles)).toEqual(even)
  expect(float32ToFloat16(middles.map((value) => value * (1 + 2 ** -22)))).toEqual(finite.slice(1))
  expect(float32ToFloat16(middles.map((value) => value * (1 - 2 ** -22)))).toEqual(finite.slice(0, -1))
  expect([...float32ToFloat16(Float32Array.of(65519, 65520, 1e30))]).toEqual([0x7bff, 0x7c00, 0x7c00])
})
