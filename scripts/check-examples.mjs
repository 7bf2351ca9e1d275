// Type-checks every TypeScript example of the documents and the projects of examples/, strictly and against the sources. An example of a package's README
// sees what that package sees; those of the other documents see what the command line tool sees.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { examplesOf, projectsOf } from './documents/examples.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const FOLDER = '.examples'
const placed = new Map()
const folders = new Set()
for (const example of examplesOf(root)) {
  const { document, home, line, path } = example
  if (path && existsSync(join(root, path))) throw new Error(`${document}: ${path} is in the repository already`)
  if (!path) folders.add(join(home, FOLDER))
  placed.set(path ?? join(home, FOLDER, `${document.replaceAll('/', '-')}-${line}.ts`), example)
}

const projects = projectsOf(root).map(({ document }) => document)

const config = join(root, 'tsconfig.examples.json')
try {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  // The blank lines make the lines of messages those of the document; the export makes it a module of its own.
  for (const [path, { code, line }] of placed) {
    writeFileSync(join(root, path), `${'\n'.repeat(line - 1)}${code}\nexport {}\n`)
  }
  writeFileSync(
    config,
    JSON.stringify({
      extends: './tsconfig.base.json',
      compilerOptions: {
        noEmit: true,
        composite: false,
        declaration: false,
        declarationMap: false,
        noUnusedLocals: false,
        lib: ['es2023', 'esnext.disposable', 'dom'],
      },
      files: [...placed.keys(), ...projects],
    }),
  )
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', config],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  let text = stdout
  for (const [path, { document }] of placed) text = text.replaceAll(path, document)
  if (text) console.error(text.trim())
  console.log(
    `${placed.size + projects.length} examples, ${status === 0 ? 'all of the right types' : 'some of wrong types'}`,
  )
  process.exitCode = status
} finally {
  rmSync(config, { force: true })
  for (const [path] of placed) rmSync(join(root, path), { force: true })
  for (const folder of folders) rmSync(join(root, folder), { recursive: true, force: true })
}
