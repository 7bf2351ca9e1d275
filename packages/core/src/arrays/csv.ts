import { DataError } from '../errors.ts'

export interface CsvRow {
  /** Counted from 1. */
  line: number
  cells: string[]
}

/** A cell that begins with a quote: its text, doubled quotes for one, to the quote that ends it. */
const QUOTED = /"([^"]*(?:""[^"]*)*)"/y

export interface CsvOptions {
  /** Between the cells; a space stands for any spaces and tabs. By default a comma. */
  delimiter?: string
  /** Leaves out lines that begin with `#`, as NumPy writes its headings. By default false. */
  comments?: boolean
}

/**
 * The rows of a text of cells (RFC 4180): a cell may be quoted; inside, a quote is doubled and a line may end. Empty lines
 * are left out. Rows are given one at a time, so that a large text is never held in pieces.
 * @param path names the text in errors
 * @throws {DataError} for a quote inside a plain cell, text after a closing quote, and a quote that is never closed.
 */
export function* csvRows(text: string, path: string, options: CsvOptions = {}): Generator<CsvRow, undefined> {
  const { delimiter = ',', comments = false } = options
  let line = 1
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const plain = delimiter === ' ' ? /[^" \t\r\n]*/y : new RegExp(`[^"${delimiter}\\r\\n]*`, 'y')
  const between = delimiter === ' ' ? /[ \t]+(?=[^ \t\r\n])/y : new RegExp(delimiter, 'y')
  const lineEnd = delimiter === ' ' ? /[ \t]*(?:\r?\n|\r|$)/y : /\r?\n|\r|$/y
  const empty = comments ? /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\r|$)/y : /[ \t]*(?:\r?\n|\r|$)/y
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    const start = line
    if (take(empty)) {
      line++
      continue
    }
    if (delimiter === ' ') take(/[ \t]*/y)
    const cells: string[] = []
    for (;;) {
      const quoted = take(QUOTED)
      if (quoted) line += quoted[1].match(/\r?\n|\r/g)?.length ?? 0
      cells.push(quoted ? quoted[1].replaceAll('""', '"') : take(plain)![0].trim())
      if (take(between)) continue
      if (take(lineEnd)) break
      throw new DataError(path, {
        expected: `a delimiter or the end of the line after cell ${cells.length} of line ${line}`,
        received: JSON.stringify(text.slice(at, at + 20)),
        remedy: 'Put cells with quotes in them into quotes, and double the quotes inside.',
      })
    }
    line++
    yield { line: start, cells }
  }
}
