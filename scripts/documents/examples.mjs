import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Every TypeScript example of the documents, with the line it begins at and the folder of the package that sees its imports:
 * the package of a README, the command line tool for all other documents. `runs` is false for a block marked `no-run`.
 */
export function examplesOf(root) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed
    .split('\n')
    .filter(Boolean)
    .flatMap((document) => {
      const text = readFileSync(join(root, document), 'utf8')
      return [...text.matchAll(/^```ts([^\n]*)\n(.*?)^```$/gms)].map(({ 1: mark, 2: code, index }) => ({
        document,
        home: document.match(/^packages\/[^/]+/)?.[0] ?? 'apps/bench',
        line: text.slice(0, index).split('\n').length + 1,
        code,
        runs: mark.trim() !== 'no-run',
      }))
    })
}

/**
 * What an example says that it prints: the comments behind its `console.log(…)`. `;` stands between what one call prints at
 * different times, and `…` for any text.
 */
export const promisesOf = (code) =>
  [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].flatMap(([, promise]) => promise.split('; '))
