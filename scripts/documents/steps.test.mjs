import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patched, stepsOf } from './steps.mjs'

describe('the lines of a diff', () => {
  it('come where those around them are', () => {
    expect(patched('a\nb\nc\n', ' a\n+new\n b\n')).toBe('a\nnew\nb\nc\n')
    expect(patched('a\nb\nc\n', '-b\n+new\n')).toBe('a\nnew\nc\n')
  })

  it('are refused where the others are missing or not alone', () => {
    expect(() => patched('a\n', ' b\n+new\n')).toThrow(/received 0 times/)
    expect(() => patched('a\na\n', ' a\n+new\n')).toThrow(/received 2 times/)
  })
})

describe('the steps of a document', () => {
  let folder
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steps-'))
    const blocks = [
      '```ts src/a.ts\nconst a = 1\n```',
      '```ts no-run\nb\n```',
      '```\nplain\n```',
      '```sh\nnpm test # all\necho \\\n  two\n```',
    ]
    await writeFile(join(folder, 'guide.md'), `# A guide\n\n${blocks.join('\n\n')}\n`)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are its files and commands in order', () => {
    const [file, test, two, ...more] = stepsOf(folder, 'guide.md')
    expect(file).toMatchObject({ file: 'src/a.ts', block: 'const a = 1\n', isDiff: false })
    expect(test).toMatchObject({ command: 'npm test', elsewhere: expect.any(String) })
    expect(two.command.split(/\s+/)).toEqual(['echo', 'two'])
    expect(more).toEqual([])
  })
})
