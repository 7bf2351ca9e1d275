import { type MatValue, readMatValues } from '@dml-crc/core'
import { contradiction } from './lists.ts'

/** The variables of a MATLAB list, or the fields of one of its records, each of a kind that is checked when it is asked for. */
export class MatFields {
  readonly #path: string
  readonly #fields: ReadonlyMap<string, MatValue>

  private constructor(path: string, fields: ReadonlyMap<string, MatValue>) {
    this.#path = path
    this.#fields = fields
  }

  /** @throws {DataError} when the file is missing or no MATLAB 5 file. */
  static async read(path: string): Promise<MatFields> {
    return new MatFields(path, await readMatValues(path))
  }

  /** @throws {DataError} when it is not there, or no text. */
  text(name: string): string {
    const value = this.#fields.get(name)
    return typeof value === 'string' ? value : this.#refuse(name, 'a text', value)
  }

  /** The texts of a cell array. @throws {DataError} when it is not there, or holds something else. */
  texts(name: string): string[] {
    const value = this.#fields.get(name)
    const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string')
    return isTexts ? value : this.#refuse(name, 'texts', value)
  }

  /** Whole numbers. @throws {DataError} when it is not there, or holds something else. */
  wholeNumbers(name: string): number[] {
    const value = this.#fields.get(name)
    const numbers = ArrayBuffer.isView(value) ? Array.from(value, Number) : []
    return numbers.length > 0 && numbers.every(Number.isSafeInteger)
      ? numbers
      : this.#refuse(name, 'whole numbers', value)
  }

  /** A single whole number. @throws {DataError} when it is not there, or something else. */
  wholeNumber(name: string): number {
    const numbers = this.wholeNumbers(name)
    return numbers.length === 1 ? numbers[0] : this.#refuse(name, 'one number', this.#fields.get(name))
  }

  /** The records of a structure array. @throws {DataError} when it is not there, or something else. */
  records(name: string): MatFields[] {
    const value = this.#fields.get(name)
    const isRecords = Array.isArray(value) && value.every((one) => one instanceof Map)
    return isRecords ? value.map((one) => new MatFields(this.#path, one)) : this.#refuse(name, 'records', value)
  }

  #refuse(name: string, expected: string, value: MatValue | undefined): never {
    const names = [...this.#fields.keys()].join(', ') || '(none)'
    throw contradiction(this.#path, `${expected} in ${name}`, value === undefined ? `only ${names}` : inWords(value))
  }
}

function inWords(value: MatValue): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`
  if (ArrayBuffer.isView(value)) return `${value.length} numbers (${value.subarray(0, 3).join(', ')} …)`
  return Array.isArray(value) ? `${value.length} other values` : 'a record'
}
