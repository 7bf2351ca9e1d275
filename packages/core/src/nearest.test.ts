import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
    ['flaw', 'lawn', 2],
  ])('%s → %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
    expect(editDistance(b, a)).toBe(distance)
  })
})

describe('nearest', () => {
  it('finds what was meant', () => {
    expect(nearest('flower102', ['cub200', 'flowers102', 'pets'])).toBe('flowers102')
    expect(nearest('LAMDBA', ['lambda', 'gamma'])).toBe('lambda')
  })

  it('suggests nothing where nothing is near', () => {
    expect(nearest('xyzzy', ['cub200', 'flowers102', 'pets'])).toBeUndefined()
  })
})
