import { InputError } from './errors.ts'

function checked(fits: boolean, what: string, value: number, expected: string): number {
  if (fits) return value
  throw new InputError(what, { expected, received: String(value), remedy: `Set ${what} to one.` })
}

/**
 * `value` itself.
 * @throws {InputError} unless it is a whole number from `least` up.
 */
export const checkWhole = (what: string, value: number, least = 1): number =>
  checked(Number.isInteger(value) && value >= least, what, value, `a whole number of at least ${least}`)

/**
 * `value` itself.
 * @throws {InputError} unless it is a finite number above zero.
 */
export const checkPositive = (what: string, value: number): number =>
  checked(value > 0 && Number.isFinite(value), what, value, 'a finite number above 0')
