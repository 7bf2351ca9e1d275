import { DmlCrcError } from '@dml-crc/core/errors'

/**
 * The text of a failure for standard error: an error that was thrown on purpose speaks for itself, and any other one
 * says where its details are to be had. `verbose` adds the stack and the causes.
 */
export function describeFailure(error: unknown, { verbose = false } = {}): string {
  const message = error instanceof Error ? error.message : String(error)
  const expected = error instanceof DmlCrcError || (error instanceof Error && error.name === 'AbortError')
  const lines = [`dml-crc: ${message}`]
  if (verbose && error instanceof Error) {
    for (let each: unknown = error; each instanceof Error; each = each.cause) lines.push(each.stack ?? each.message)
  } else if (!expected) {
    lines.push('This was not foreseen. Run the same command with --verbose to see where it comes from.')
  }
  return lines.join('\n')
}
