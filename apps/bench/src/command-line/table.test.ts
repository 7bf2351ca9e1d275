import { describe, expect, it } from 'vitest'
import { duration } from './duration.ts'
import { markdownTable, textTable } from './table.ts'

const columns = [{ heading: 'name' }, { heading: 'value', align: 'right' as const }]

describe('tables', () => {
  it('align their columns and end no line with a space', () => {
    const lines = textTable(columns, [
      ['a', '1.0'],
      ['longer', '10.0'],
    ]).split('\n')
    expect(lines[2]).toBe('a         1.0')
    expect(lines[3]).toBe('longer   10.0')
    for (const line of lines) expect(line).not.toMatch(/ $/)
  })

  it('escape bars in Markdown', () => {
    expect(markdownTable(columns, [['a|b', '1']])).toBe('| name | value |\n| --- | ---: |\n| a\\|b | 1 |')
  })
})

describe('duration', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.96, '10 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
  ])('%f is %s', (seconds, text) => expect(duration(seconds)).toBe(text))
})
