import { expect, it } from 'vitest'
import { DmlCrcError, InputError } from './errors.ts'

it('an error says what was expected, what was received and what to do', () => {
  const cause = new Error('below')
  const error = new InputError(
    'lambda',
    { expected: 'a number > 0', received: '-1', remedy: 'Pass a positive λ.' },
    { cause },
  )
  expect(error.message).toBe('lambda: expected a number > 0, received -1. Pass a positive λ.')
  expect(error).toMatchObject({ name: 'InputError', expected: 'a number > 0', received: '-1', cause })
  expect(error).toBeInstanceOf(DmlCrcError)
})

it('what was received is cut where it is longer than anybody would read', () => {
  const received = 'a'.repeat(3e6)
  const { message } = new InputError('cell', { expected: 'a number', received, remedy: 'Write numbers.' })
  expect(message.length).toBeLessThan(2200)
  expect(message).toMatch(
    /^cell: expected a number, received a{2000} … \(3000000 characters in all\)\. Write numbers\.$/,
  )
})
