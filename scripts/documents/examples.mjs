import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Every TypeScript example of the documents, with the line it begins at and the folder of the package that sees its imports:
 * the package of a README, the command line tool for all other documents. `runs` is false for a block marked `no-run`, and for
 * one with a `path`: a file of the repository, which the commands after it are about.
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
        path: mark.trim().includes('/') ? mark.trim() : undefined,
        home: document.match(/^packages\/[^/]+/)?.[0] ?? 'apps/bench',
        line: text.slice(0, index).split('\n').length + 1,
        code,
        runs: mark.trim() === '',
      }))
    })
}

/** The projects of `examples/`, each a file that is run where it is. */
export const projectsOf = (root) =>
  readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const document = join('examples', name, 'index.ts')
      return {
        document,
        file: join(root, document),
        code: readFileSync(join(root, document), 'utf8'),
        line: 1,
        runs: true,
      }
    })

/**
 * What an example says that it prints: the comments behind its `console.log(…)`. `;` stands between what one call prints at
 * different times, and `…` for any text.
 */
export const promisesOf = (code) =>
  [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].flatMap(([, promise]) => promise.split('; '))
