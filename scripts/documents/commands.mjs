import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Commands that are not run with the others, and why. */
const ELSEWHERE = [
  [/^npm test$|^bash \.ci\/run$/, 'this check is a part of it'],
  [/^npm run faults$/, 'it takes many minutes; continuous integration runs its short form'],
  [/^npm run fuzz$/, 'it fetches a fuzzer whose native part needs glibc 2.38, and takes many minutes'],
  [/^npm run bench$/, 'it takes half an hour; its short form is run'],
  [/^scripts\/bench\/install-peers\.sh$/, 'it downloads 2 GB'],
  [/^npm run changeset$/, 'it asks questions'],
  [/^npm install @dml-crc\//, 'check:packages installs the packages as they will be published'],
  [/^npx dml-crc engine install$/, 'it downloads 250 MB; check:packages runs its beginning'],
]

/** Every command of the fenced shell blocks of a document: one for each line, continued lines joined, comments off. */
export function commandsOf(root, document) {
  const text = readFileSync(join(root, document), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block.replaceAll('\\\n', ' '))
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter(Boolean)
    .map((command) => ({ document, command, elsewhere: ELSEWHERE.find(([pattern]) => pattern.test(command))?.[1] }))
}
