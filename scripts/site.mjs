// Builds the site of the documents into .site/dist: the documents, the API of each package from its docstrings, and the page
// of the drawn flowers where `npm run site:demo -- --out .site/demo` wrote it. A link that leads nowhere is an error.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameModules } from './site/api.mjs'
import { brokenLinks } from './site/check.mjs'
import { writePages } from './site/pages.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, '.site', ...parts)

function tool(name, ...args) {
  const { status } = spawnSync(join(root, 'node_modules', '.bin', name), args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

for (const folder of ['pages', 'dist']) rmSync(at(folder), { recursive: true, force: true })
tool('typedoc')
nameModules(at('pages', 'api'))
writePages(root, at('pages'))
tool('vitepress', 'build', 'docs')
if (existsSync(at('demo'))) cpSync(at('demo'), at('dist', 'demo'), { recursive: true })

const { pages, count, broken } = brokenLinks(at('dist'))
for (const line of broken) console.error(line)
console.log(`${pages} pages, ${count} links, ${broken.length} broken`)
process.exitCode = broken.length > 0 ? 1 : 0
