import type { Choice } from '../model/model.ts'

/** How good a value is on held-out samples. */
export interface Judgement {
  /** [n] 1 for each held-out sample that is classified correctly. */
  readonly hits: Uint8Array
  readonly accuracy: number
}

/**
 * The value of a grid to take instead of `start`, if held-out samples favour it. In both directions values are tried as long as
 * the accuracy does not fall; the best of them is taken where it is better than `start` by more than one standard error of
 * their difference on the same samples, since a smaller gain is as likely to be chance.
 * @param values in ascending order
 * @param start one of them
 */
export async function climb(
  values: readonly number[],
  start: number,
  judge: (value: number) => Promise<Judgement>,
): Promise<Choice> {
  const tried = new Map<number, Judgement>()
  const judged = async (place: number): Promise<Judgement> => {
    const result = await judge(values[place])
    tried.set(values[place], result)
    return result
  }
  const first = values.indexOf(start)
  const base = await judged(first)
  let best = { place: first, ...base }
  for (const direction of [1, -1]) {
    let last = base
    for (let place = first + direction; place >= 0 && place < values.length; place += direction) {
      const next = await judged(place)
      if (next.accuracy < last.accuracy) break
      if (next.accuracy > best.accuracy && isBetter(next, base)) best = { place, ...next }
      last = next
    }
  }
  return {
    value: values[best.place],
    accuracy: best.accuracy,
    tried: [...tried].sort(([a], [b]) => a - b).map(([value, { accuracy }]) => ({ value, accuracy })),
    atLimit: best.place === 0 || best.place === values.length - 1,
  }
}

/** Whether a classifies more of the same samples correctly than b, by more than the standard error √(differing samples). */
function isBetter(a: Judgement, b: Judgement): boolean {
  let gain = 0
  let differing = 0
  a.hits.forEach((hit, i) => {
    gain += hit - b.hits[i]
    differing += Math.abs(hit - b.hits[i])
  })
  return gain > Math.sqrt(differing)
}
