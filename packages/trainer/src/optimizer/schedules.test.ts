import { InputError } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { constant, stepDecay, warmUpCosine } from './schedules.ts'

describe('warmUpCosine', () => {
  const schedule = warmUpCosine({ warmUp: 0.1, floor: 0.2 })

  it('rises in a line to 1, then falls along half a cosine to the floor', () => {
    expect([0, 4, 9].map((step) => schedule(step, 100))).toEqual([0.1, 0.5, 1])
    expect(schedule(10, 100)).toBeCloseTo(1)
    expect(schedule(55, 100)).toBeCloseTo(0.6)
    expect(schedule(99, 100)).toBeCloseTo(0.2, 2)
    for (let step = 11; step < 100; step++) expect(schedule(step, 100)).toBeLessThan(schedule(step - 1, 100))
  })

  it('needs no warm-up', () => expect(warmUpCosine({ warmUp: 0 })(0, 10)).toBe(1))
  it('refuses a warm-up given in steps', () => expect(() => warmUpCosine({ warmUp: 5 })).toThrow(InputError))
})

it('stepDecay multiplies at each milestone', () => {
  const schedule = stepDecay({ milestones: [0.5, 0.75], factor: 0.1 })
  expect([0, 49, 50, 74, 75, 99].map((step) => schedule(step, 100))).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2, 0.1 ** 2])
})

it('constant stays', () => expect(constant(7, 9)).toBe(1))
