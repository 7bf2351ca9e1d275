import { InputError } from '@dml-crc/core/errors'
import { Prng } from '@dml-crc/core/prng'
import { describe, expect, it } from 'vitest'
import { calibrated } from '../model/open.ts'
import { calibrate } from './calibrate.ts'
import { expectedCalibrationError } from './calibration.ts'

const [N, C] = [4000, 5]

/** Scores whose probabilities softmax(s · scores) are those that the labels are drawn from. */
function drawn(s: number) {
  const prng = Prng.fromSeed(3)
  const scores = { data: prng.normals(N * C).map((value) => value / s), shape: [N, C] as const }
  const { probabilities } = calibrated(scores, { temperature: s })
  const labels = Int32Array.from({ length: N }, (_, i) => {
    let rest = prng.uniform()
    for (let c = 0; c < C - 1; c++) {
      rest -= probabilities.data[i * C + c]
      if (rest < 0) return c
    }
    return C - 1
  })
  return { scores, labels }
}

describe('calibrate', () => {
  it.each([0.05, 1, 40])('finds the temperature %f that the labels were drawn with', (s) => {
    const { scores, labels } = drawn(s)
    const { temperature } = calibrate(scores, labels)
    // 4000 samples tell it to about 3 %.
    expect(Math.abs(Math.log(temperature / s))).toBeLessThan(0.1)
    const before = expectedCalibrationError(calibrated(scores, { temperature: 5 * s }).probabilities, labels)
    const after = expectedCalibrationError(calibrated(scores, { temperature }).probabilities, labels)
    expect(after).toBeLessThan(0.25 * before)
  })

  it('keeps the share of the samples that it is told to', () => {
    const { scores, labels } = drawn(2)
    for (const keep of [1, 0.95, 0.5]) {
      const { unknown } = calibrated(scores, calibrate(scores, labels, { keep }))
      expect(1 - unknown.reduce((sum, one) => sum + one, 0) / N).toBeCloseTo(keep, 3)
    }
  })

  it('stays finite for scores that separate the classes, and refuses a share outside 0 … 1', () => {
    const scores = { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] as const }
    expect(Number.isFinite(calibrate(scores, [0, 1]).temperature)).toBe(true)
    expect(() => calibrate(scores, [0, 1], { keep: 0 })).toThrow(InputError)
  })
})
