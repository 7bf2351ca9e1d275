import { InputError } from '@dml-crc/core'

/** The factor on the learning rate at `step` (0 for the first) of `steps`. A pure function: it has no state to save. */
export type Schedule = (step: number, steps: number) => number

export const constant: Schedule = () => 1

/**
 * Rises in a line over the first `warmUp` of the run, then falls to `floor` along half a cosine (Loshchilov & Hutter,
 * "SGDR", ICLR 2017, without restarts).
 * @param warmUp a fraction of the run, in [0, 1).
 * @throws {InputError} when it is outside.
 */
export function warmUpCosine({ warmUp = 0.1, floor = 0 } = {}): Schedule {
  if (!(warmUp >= 0 && warmUp < 1)) {
    throw new InputError('warmUp', {
      expected: 'a fraction of the run in [0, 1)',
      received: String(warmUp),
      remedy: 'Pass 0.05 for a twentieth of the steps.',
    })
  }
  return (step, steps) => {
    const rising = Math.round(warmUp * steps)
    if (step < rising) return (step + 1) / rising
    return floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * (step - rising)) / Math.max(1, steps - rising)))
  }
}

/** Multiplies the rate by `factor` at each of the `milestones`, given as fractions of the run. */
export function stepDecay({ milestones = [0.5, 0.75], factor = 0.1 } = {}): Schedule {
  return (step, steps) => factor ** milestones.filter((milestone) => step >= Math.round(milestone * steps)).length
}
