/** The three things an error message owes its reader. */
export interface ErrorParts {
  /** What would have been right. */
  expected: string
  /** What was there instead. */
  received: string
  /** What the reader can do about it. */
  remedy: string
}

/** Longer texts from outside are cut: a file may have a cell of twenty million characters. */
const LONGEST = 2000

const cut = (text: string) =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters in all)` : text

/**
 * The base of every error these packages throw on purpose. Its message reads
 * `«what»: expected …, received …. «remedy»`; the parts stay available as properties.
 */
export class DmlCrcError extends Error implements ErrorParts {
  readonly expected: string
  readonly received: string
  readonly remedy: string

  constructor(what: string, { expected, received, remedy }: ErrorParts, options?: ErrorOptions) {
    const shown = cut(received)
    super(`${what}: expected ${expected}, received ${shown}. ${remedy}`, options)
    this.name = new.target.name
    this.expected = expected
    this.received = shown
    this.remedy = remedy
  }
}

/** An argument or option of a wrong kind, size or range. */
export class InputError extends DmlCrcError {}

/** A file or folder that is missing, damaged or not of the expected form. */
export class DataError extends DmlCrcError {}

/** A TensorFlow.js engine that cannot be loaded, or that computed something it must not. */
export class EngineError extends DmlCrcError {}

/** A download that could not be completed. */
export class DownloadError extends DmlCrcError {}

/** A computation that cannot go on: a matrix that is not positive definite, a loss that is not finite. */
export class NumericalError extends DmlCrcError {}
