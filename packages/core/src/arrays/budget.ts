import { DataError } from '../errors.ts'

const FIXED_BYTES = 2 ** 26

/**
 * What the contents of a file may take in memory once they are unpacked: twice the file and 64 MiB. A file that says it
 * holds more is refused before the memory is taken, because small files that unpack to gigabytes are made to end the process.
 */
export const memoryBudget = (fileBytes: number) => 2 * fileBytes + FIXED_BYTES

/** @throws {DataError} when contents of `needed` bytes pass the budget of the file `what`. */
export function checkBudget(what: string, needed: number, fileBytes: number): void {
  if (needed <= memoryBudget(fileBytes)) return
  throw new DataError(what, {
    expected: `contents of at most ${memoryBudget(fileBytes)} bytes in a file of ${fileBytes} bytes`,
    received: `${needed} bytes`,
    remedy: 'If the file is what it should be, save it without compression.',
  })
}
