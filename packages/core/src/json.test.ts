import { expect, it } from 'vitest'
import { DataError } from './errors.ts'
import { jsonValue, parseJson, type Schema } from './json.ts'

const value = (text: string) => jsonValue(text, 'notes', 'a list', 'Write it again.')

it.each([
  ['{"a":[1,null,"]}"]}', { a: [1, null, ']}'] }],
  ['"\\"[[["', '"[[['],
  ['-1.5e3', -1500],
])('gives the value of %s', (text, expected) => {
  expect(value(text)).toEqual(expected)
})

it.each(['', '{', '[1,]', '\0', 'undefined'])('tells that «%s» is no JSON', (text) => {
  expect(() => value(text)).toThrow(DataError)
  expect(() => value(text)).toThrow(/^notes: expected a list, received no JSON \(.+\)\. Write it again\.$/)
})

it('takes what is in a hundred levels and refuses deeper values, whose walk would exhaust the stack', () => {
  expect(value('['.repeat(100) + ']'.repeat(100))).toBeInstanceOf(Array)
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(200_000)}1${close.repeat(200_000)}`
    expect(() => value(deep)).toThrow(/received JSON of 200000 levels/)
  }
  const brackets = `\\"${'['.repeat(1000)}\\`
  expect(value(JSON.stringify({ [brackets]: brackets }))).toEqual({ [brackets]: brackets })
})

it('checks by the schema and names the place', () => {
  const schema: Schema<number> = {
    safeParse: (given) =>
      typeof given === 'number'
        ? { success: true, data: given }
        : { success: false, error: { issues: [{ path: ['a', 0], message: 'no number' }] } },
  }
  expect(parseJson('7', schema, 'notes', 'a number', '')).toBe(7)
  expect(() => parseJson('{}', schema, 'notes', 'a number', 'Mend it.')).toThrow(
    'notes: expected a number, received a.0: no number. Mend it.',
  )
})
