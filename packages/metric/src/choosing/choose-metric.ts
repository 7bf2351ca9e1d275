import { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import type { Samples } from '../fitting/normalised-samples.ts'
import type { Choice } from '../model/model.ts'
import { type Fold, stratifiedFolds } from '../samples/folds.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { climb } from './climb.ts'
import { type Candidate, type HeldOut, heldOut, ruleParts } from './held-out-parts.ts'
import { type FittedRule, fitRule } from './rule-weights.ts'
import { samplesAt } from './samples-at.ts'

/** Values of each option, in ascending order; the search starts at `start` and looks at neighbours. */
const GRIDS = {
  shrinkage: { values: [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32], start: 2 },
  between: { values: [0, 0.125, 0.25, 0.375, 0.5], start: 0.25 },
  gamma: { values: [0.375, 0.75, 1.5, 3, 6], start: 1.5 },
  lambda: { values: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], start: 0.1 },
} as const satisfies Record<keyof Candidate, { values: readonly number[]; start: number }>

type Option = keyof typeof GRIDS
const OPTIONS = Object.keys(GRIDS) as Option[]

/** So many held-out samples tell two candidates apart; larger sets need not try every fold. */
const ENOUGH_HELD_OUT = 1000
const FOLDS = 5

/** Samples of a fold at most, roughly: of larger sets smaller parts are held out, which say as much. */
const LARGEST_FOLD = 2048

/** Most samples for the N × N matrix of a kernel; above, codes are taken in plain inner products. */
export const MOST_FOR_KERNEL = 8192

export interface ChosenMetric {
  readonly candidate: Candidate
  readonly rule: FittedRule
  /** What was chosen, with all that was tried, for each option that was not given. */
  readonly chosen: Record<string, Choice>
}

/**
 * The metric, kernel and λ of DML-CRC by their accuracy on held-out samples. Parts of the samples are held out in turn and coded
 * over the rest, in the metric that the rest gives. The options are searched one after another, from values that suit most
 * sets, which are left only where held-out samples clearly favour another.
 *
 * @param given options that are not to be chosen
 * @throws {InputError} for a class with a single sample.
 */
export function chooseMetric(
  samples: Samples,
  given: Partial<Candidate>,
  onProgress: OnProgress,
): Promise<ChosenMetric> {
  const task = 'choose the metric'
  onProgress({ kind: 'start', task })
  return withTensors(async (own) => {
    const folds = foldsOf(samples).map(({ fit, held }) =>
      own(heldOut(samplesAt(samples, fit), samplesAt(samples, held))),
    )
    const tried = new Map<string, Promise<FittedRule>>()
    const judge = (candidate: Candidate): Promise<FittedRule> => {
      const key = JSON.stringify(candidate)
      const known = tried.get(key)
      if (known) return known
      const result = judgeOn(folds, candidate)
      tried.set(key, result)
      return result.then((fit) => {
        onProgress({ kind: 'advance', task, done: tried.size, note: `held-out accuracy ${fit.accuracy.toFixed(3)}` })
        return fit
      })
    }
    let candidate: Candidate = {
      shrinkage: given.shrinkage ?? GRIDS.shrinkage.start,
      between: given.between ?? GRIDS.between.start,
      gamma: given.gamma ?? (samples.labels.length > MOST_FOR_KERNEL ? 0 : GRIDS.gamma.start),
      lambda: given.lambda ?? GRIDS.lambda.start,
    }
    const chosen: Record<string, Choice> = {}
    for (const option of OPTIONS) {
      if (given[option] !== undefined || candidate[option] === 0) continue
      const choice = await climb(GRIDS[option].values, candidate[option], (value) =>
        judge({ ...candidate, [option]: value }),
      )
      candidate = { ...candidate, [option]: choice.value }
      chosen[option] = choice
    }
    const rule = await judge(candidate)
    onProgress({ kind: 'end', task, note: `${tried.size} candidates, held-out accuracy ${rule.accuracy.toFixed(3)}` })
    return { candidate, rule, chosen }
  })
}

/** The folds that are tried. They are the same for the same labels, so that a fit is a function of its samples. */
function foldsOf({ labels }: Samples): Fold[] {
  let count = 0
  const folds = Math.max(FOLDS, Math.floor(labels.length / LARGEST_FOLD))
  return stratifiedFolds(labels, folds, Prng.fromSeed(0)).filter(({ held }) => {
    const isWanted = count < ENOUGH_HELD_OUT
    count += held.length
    return isWanted
  })
}

async function judgeOn(folds: readonly HeldOut[], candidate: Candidate): Promise<FittedRule> {
  const parts = []
  for (const fold of folds) parts.push(await fold.parts(candidate))
  return fitRule(ruleParts(parts))
}
