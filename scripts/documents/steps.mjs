import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Commands that are not run with the others, and why. */
const ELSEWHERE = [
  [/^npm test$|^npm run test:all$|^bash \.ci\/run$/, 'this check is a part of it'],
  [/^npm run faults$/, 'it takes many minutes; continuous integration runs its short form'],
  [/^npm run fuzz$/, 'it fetches a fuzzer whose native part needs glibc 2.38, and takes many minutes'],
  [/^npm run bench$/, 'it takes half an hour; its short form is run'],
  [/^scripts\/bench\/install-peers\.sh$/, 'it downloads 2 GB'],
  [/^npm run changeset$/, 'it asks questions'],
  [/^npm install @dml-crc\//, 'check:packages installs the packages as they will be published'],
  [/^npx dml-crc engine install$/, 'it downloads 250 MB; check:packages runs its beginning'],
]

/**
 * What a reader of a document does, in order: the commands of its `sh` blocks, one for each line (continued lines joined,
 * comments off), and the files that blocks name behind their language, which are written or, from a `diff`, changed.
 */
export function stepsOf(root, document) {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```(\w+)(?: (\S+\/\S+))?\n(.*?)^```$/gms)].flatMap(([, language, file, block]) => {
    if (file) return [{ document, file, block, isDiff: language === 'diff' }]
    return language === 'sh'
      ? commandsIn(block).map((command) => ({ document, command, elsewhere: elsewhere(command) }))
      : []
  })
}

const commandsIn = (block) =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter(Boolean)

const elsewhere = (command) => ELSEWHERE.find(([pattern]) => pattern.test(command))?.[1]

/**
 * A file with the lines of a diff that begin with `+` behind or before those that it has, which begin with a blank.
 * @throws where the file does not have those exactly once
 */
export function patched(text, diff) {
  const lines = diff.split('\n').filter(Boolean)
  const [before, after] = [' -', ' +'].map((kept) =>
    lines
      .filter(([mark]) => kept.includes(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join(''),
  )
  const parts = text.split(before)
  if (parts.length !== 2) throw new Error(`expected once, received ${parts.length - 1} times:\n${before}`)
  return parts.join(after)
}
