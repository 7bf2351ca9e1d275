import { InputError } from '@dml-crc/core/errors'
import type { Choice } from '../model/model.ts'

export type { Choice }

/** The same choice with its values written in another unit. */
export function inUnit(choice: Choice, convert: (value: number) => number): Choice {
  const tried = choice.tried.map(({ value, accuracy }) => ({ value: convert(value), accuracy }))
  return { ...choice, value: convert(choice.value), tried }
}

/** The options that a fit chose for itself, by name. */
export type Choices = Readonly<Record<string, Choice>>

export interface GridOptions {
  /** Values to start with, above 0 and ascending; the grid is extended by the ratio of the two values at its edge. */
  start: readonly number[]
  /** No value below or above these is tried. */
  limits: readonly [number, number]
  /** Which of equally good values is taken: the one that regularises more. */
  ties: 'smallest' | 'largest'
}

/**
 * The value of the highest accuracy on a grid that extends itself: while the best value lies at an edge, the next one beyond
 * that edge is tried, until the best value has neighbours on both sides or a limit is reached.
 * @param judge the held-out accuracy of a value
 * @throws {InputError} for a grid of fewer than two values or outside its limits.
 */
export async function chooseOnGrid(
  { start, limits: [least, most], ties }: GridOptions,
  judge: (value: number) => Promise<number>,
): Promise<Choice> {
  const isAscending = start.every((value, i) => value > (i === 0 ? 0 : start[i - 1]))
  if (start.length < 2 || !isAscending || start[0] < least || start[start.length - 1] > most) {
    throw new InputError('start', {
      expected: `two or more ascending values from ${least} to ${most}`,
      received: `[${start}]`,
      remedy: 'Pass for instance [0.1, 1, 10].',
    })
  }
  const tried: { value: number; accuracy: number }[] = []
  for (const value of start) tried.push({ value, accuracy: await judge(value) })
  // A limit may be met up to rounding.
  const isInside = (value: number) => value >= least * (1 - 1e-9) && value <= most * (1 + 1e-9)
  for (;;) {
    const best = bestOf(tried, ties)
    const [first, second] = tried
    const [beforeLast, last] = tried.slice(-2)
    const next =
      best === first ? first.value ** 2 / second.value : best === last ? last.value ** 2 / beforeLast.value : undefined
    if (next === undefined || !isInside(next)) {
      return { value: best.value, accuracy: best.accuracy, tried, atLimit: next !== undefined }
    }
    const line = { value: next, accuracy: await judge(next) }
    if (best === first) tried.unshift(line)
    else tried.push(line)
  }
}

function bestOf(tried: readonly { value: number; accuracy: number }[], ties: GridOptions['ties']) {
  return tried.reduce((a, b) => (b.accuracy > a.accuracy || (b.accuracy === a.accuracy && ties === 'largest') ? b : a))
}
