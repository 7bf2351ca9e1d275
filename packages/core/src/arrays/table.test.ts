import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { parseTable } from './table.ts'

const arrays = (text: string) => Object.fromEntries(parseTable(text, 'table.csv'))
const numbers = (...rows: number[][]) => ({
  shape: [rows.length, rows[0].length],
  data: Float64Array.from(rows.flat()),
})

describe('parseTable', () => {
  it.each<[string, string]>([
    ['commas', '1,2.5\n-3e2,.5\n'],
    ['semicolons and Windows line ends', '1;2.5\r\n-3e2;.5\r\n'],
    ['tabs', '1\t2.5\n-3e2\t.5'],
    ['spaces, a comment and empty lines', '# written by NumPy\n 1   2.5\n\n-3e2 .5 \n'],
    ['a heading', 'a,b\n1,2.5\n-3e2,.5\n'],
    ['quotes and a byte order mark', '\ufeff"1","2.5"\n"-3e2",".5"\n'],
  ])('reads numbers with %s', (_, text) => {
    expect(arrays(text)).toEqual({ '': numbers([1, 2.5], [-300, 0.5]) })
  })

  it('takes a column of words, or one named as labels, for the labels', () => {
    const features = numbers([1, 2], [3, 4])
    expect(arrays('1,rose,2\n3,"tulip, red",4\n')).toEqual({
      labels: { shape: [2], data: ['rose', 'tulip, red'] },
      features,
    })
    expect(arrays('Label,a,b\n7,1,2\n9,3,4\n')).toEqual({
      labels: { shape: [2], data: Float64Array.of(7, 9) },
      features,
    })
    expect(arrays('label\nrose\ntulip\n')).toEqual({ labels: { shape: [2], data: ['rose', 'tulip'] } })
  })

  it.each<[string, string, RegExp]>([
    ['an empty cell', '1,2,3\n1,,3\n', /line 2, column 2: expected a finite number, received an empty cell/],
    ['a trailing comma', '1,2\n3,4,\n', /line 2: expected 2 cells, as in the first line, received 3/],
    ['a trailing comma in every line', '1,2,\n3,4,\n', /line 1, column 3.*an empty cell/],
    ['NaN in the first line', 'nan,2\n3,4\n', /line 1, column 1: expected a finite number, received «nan»/],
    ['a number beyond float64', '1,2\n3,1e400\n', /line 2, column 2.*«1e400»/],
    ['an infinite number', '1,inf\n', /line 1, column 2/],
    ['a word in a first line of numbers', '1,0x10\n2,3\n', /line 1, column 2: expected a number.*«0x10»/],
    ['a short line', '1,2\n3\n', /line 2: expected 2 cells.*received 1/],
    ['a number without a class', '1,rose\n2,\n', /line 2, column 2: expected a label/],
    ['two columns of words', 'a,b,1\nc,d,2\n', /columns 1, 2/],
    ["pandas' index", ',a,b\n0,1,2\n1,3,4\n', /index=False/],
    ['a quote that stays open', '1,"2\n3,4\n', /the end of the line after cell 2 of line 1/],
    ['text after a quote', '"1"2,3\n', /after cell 1 of line 1/],
    ['nothing', '\n# only a comment\n', /lines of numbers, received none/],
  ])('names the place of %s', (_, text, message) => {
    expect(() => arrays(text)).toThrow(DataError)
    expect(() => arrays(text)).toThrow(message)
  })
})
