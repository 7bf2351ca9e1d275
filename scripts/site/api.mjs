// The pages of the API, a module each, as typedoc-plugin-markdown writes them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, normalize } from 'node:path'

/** Removes the pages that only list others, calls each of the rest as it is imported, and corrects anchors. */
export function nameModules(folder) {
  for (const page of pagesIn(folder).filter((page) => page.endsWith('README.md'))) rmSync(join(folder, page))
  const texts = new Map(pagesIn(folder).map((page) => [page, readFileSync(join(folder, page), 'utf8')]))
  const anchors = new Map([...texts].map(([page, text]) => [page, anchorsOf(text)]))
  for (const [page, text] of texts) {
    const linked = text.replaceAll(/\]\(([^)#]*)#([\w-]+)\)/g, (_, path, anchor) => {
      const target = path === '' ? page : normalize(join(page, '..', path))
      return `](${path}#${nearest(anchor, anchors.get(target))})`
    })
    writeFileSync(join(folder, page), linked.replace(/^# .*$/m, `# ${page.replace(/(\/index)?\.md$/, '')}`))
  }
}

/** Paths in `folder`, in the order of the names. */
export const pagesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.md'))
    .sort()

/** The anchors that VitePress gives the headings of a page. */
function anchorsOf(text) {
  const counts = new Map()
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/[\W_]+/g, '-')
        .replaceAll(/^-|-$/g, '')
      const count = counts.get(slug) ?? 0
      counts.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

/** typedoc numbers anchors of one name, and counts some that are a row of a table and no heading. */
const nearest = (anchor, known) =>
  [anchor, anchor.replace(/-\d+$/, ''), anchor.replaceAll('_', '-')].find((candidate) => known?.has(candidate)) ??
  anchor
