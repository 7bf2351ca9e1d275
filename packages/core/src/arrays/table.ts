import { DataError } from '../errors.ts'
import { type CsvRow, csvRows } from './csv.ts'
import { isLabelName } from './names.ts'
import type { FileArray } from './tensor.ts'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity|na|n\/a|null|none)$/i

/** Whether a cell is a word, such as a heading or the name of a class: neither a number nor in place of one. */
const isWord = (cell: string) => cell !== '' && !NUMBER.test(cell) && !NOT_FINITE.test(cell)

const REMEDY = 'Write one sample a line, finite numbers with one delimiter between them.'

/** The delimiter of the first line that is not a comment: a tab, a semicolon, a comma, else spaces. */
function delimiterOf(text: string): string {
  const line = /^(?!\s*#)[^\r\n]*\S[^\r\n]*/m.exec(text)?.[0] ?? ''
  const outside = line.replace(/"[^"]*"/g, '')
  return ['\t', ';', ','].find((delimiter) => outside.includes(delimiter)) ?? ' '
}

/** Which columns of a table hold what, from its heading and its first row of values. */
interface Layout {
  width: number
  names?: string[]
  /** The column of labels. */
  label?: number
}

function layoutOf(path: string, first: CsvRow, second: CsvRow | undefined): Layout {
  const words = first.cells.map(isWord)
  const below = second?.cells ?? []
  const wordsBelow = below.map(isWord)
  // The column of a word in the first line that has a number below it.
  const odd = words.findIndex((word, c) => word && NUMBER.test(below[c] ?? ''))
  const labelNamed = second && words.some((word, c) => word && isLabelName(first.cells[c]))
  const headed = labelNamed || (odd >= 0 && first.cells.every((cell) => cell === '' || isWord(cell)))
  if (odd >= 0 && !headed) {
    throw new DataError(`${path}, line ${first.line}, column ${odd + 1}`, {
      expected: 'a number, as in the next line, or a heading of names only',
      received: shown(first.cells[odd]),
      remedy: REMEDY,
    })
  }
  const names = headed ? first.cells : undefined
  const unnamed = names?.indexOf('') ?? -1
  if (unnamed >= 0) {
    throw new DataError(`${path}, line ${first.line}`, {
      expected: 'a heading with a name for every column',
      received: `none for column ${unnamed + 1}`,
      remedy: 'If it numbers the rows (pandas), write the file without it: index=False.',
    })
  }
  const width = first.cells.length
  const inWords = (headed ? wordsBelow : words).flatMap((word, c) => (word ? [c] : []))
  const named = names?.flatMap((name, c) => (isLabelName(name) ? [c] : [])) ?? []
  const labels = [...new Set([...inWords, ...named])]
  if (labels.length > 1) {
    throw new DataError(`${path}, line ${(headed && second ? second : first).line}`, {
      expected: 'numbers, and at most one column of labels',
      received: `columns ${list(labels.map((c) => (names ? `«${names[c]}»` : `${c + 1}`)))}`,
      remedy: 'Leave out the other columns.',
    })
  }
  return { width, names, label: labels[0] }
}

/** The first few of many. */
const list = (words: readonly string[]) =>
  words.length > 10 ? `${words.slice(0, 10).join(', ')} and ${words.length - 10} more` : words.join(', ')

/**
 * The arrays in a text of numbers, a sample a line, with commas, semicolons, tabs or spaces between them. A first line of
 * names is a heading; lines that begin with `#` are left out. A column of words, or one that is named as labels are, gives
 * `labels`, and the others `features`; without one, all columns are one array without a name.
 * @param path names the text in errors
 * @throws {DataError} that names line and column, for a line of another length and a cell that is empty, not a number or not
 *   finite.
 */
export function parseTable(text: string, path: string): Map<string, FileArray> {
  const rows: Iterator<CsvRow, undefined> & Iterable<CsvRow> = csvRows(text, path, {
    delimiter: delimiterOf(text),
    comments: true,
  })
  const first = rows.next().value
  const second = rows.next().value
  if (!first) throw new DataError(path, { expected: 'lines of numbers', received: 'none', remedy: REMEDY })
  const layout = layoutOf(path, first, second)
  const table = new Table(path, layout)
  if (!layout.names) table.add(first)
  if (second) table.add(second)
  for (const row of rows) table.add(row)
  return table.arrays()
}

/** The growing columns of a table. */
class Table {
  readonly #path: string
  readonly #layout: Layout
  readonly #labels: string[] = []
  #numbers = new Float64Array(1024)
  #count = 0

  constructor(path: string, layout: Layout) {
    this.#path = path
    this.#layout = layout
  }

  add({ line, cells }: CsvRow): void {
    const { width, label } = this.#layout
    if (cells.length !== width) throw this.#wrong(line, `${width} cells, as in the first line`, `${cells.length}`)
    for (const [c, cell] of cells.entries()) {
      if (c === label) this.#addLabel(cell, line, c)
      else this.#addNumber(cell, line, c)
    }
  }

  #addNumber(cell: string, line: number, column: number): void {
    const value = NUMBER.test(cell) ? Number(cell) : Number.NaN
    if (!Number.isFinite(value)) throw this.#wrong(line, 'a finite number', shown(cell), column)
    if (this.#count === this.#numbers.length) {
      const longer = new Float64Array(2 * this.#count)
      longer.set(this.#numbers)
      this.#numbers = longer
    }
    this.#numbers[this.#count++] = value
  }

  #addLabel(cell: string, line: number, column: number): void {
    if (cell === '' || NOT_FINITE.test(cell)) throw this.#wrong(line, 'a label', shown(cell), column)
    this.#labels.push(cell)
  }

  #wrong(line: number, expected: string, received: string, column?: number): DataError {
    const place = column === undefined ? '' : `, column ${column + 1}`
    return new DataError(`${this.#path}, line ${line}${place}`, { expected, received, remedy: REMEDY })
  }

  arrays(): Map<string, FileArray> {
    const { width, label } = this.#layout
    const data = this.#numbers.slice(0, this.#count)
    if (label === undefined) return new Map([['', { shape: [this.#count / width, width], data }]])
    const rows = this.#labels.length
    const labels: FileArray = this.#labels.every((text) => NUMBER.test(text))
      ? { shape: [rows], data: Float64Array.from(this.#labels, Number) }
      : { shape: [rows], data: this.#labels }
    const found = new Map<string, FileArray>([['labels', labels]])
    if (width > 1) found.set('features', { shape: [rows, width - 1], data })
    return found
  }
}

const shown = (cell: string) => (cell === '' ? 'an empty cell' : `«${cell.slice(0, 40)}»`)
