import { InputError } from '@dml-crc/core'

/** @throws {InputError} unless the value is above 0 and at most 1. */
export function checkShare(what: string, value: number): number {
  if (!(value > 0) || value > 1) {
    const remedy = 'Pass for instance 0.5.'
    throw new InputError(what, { expected: 'a number above 0, at most 1', received: String(value), remedy })
  }
  return value
}
