// Checks the built site: every link within it leads to a file of it, and every #anchor to an element.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** The links of a built site that lead nowhere, as `page: link`. */
export function brokenLinks(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.html'))
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]))
  const anchors = new Map(
    [...texts].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => unescaped(id))),
    ]),
  )
  const broken = []
  let count = 0
  for (const [page, text] of texts) {
    for (const [, href] of text.matchAll(/<a [^>]*href="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href)) continue
      count++
      const [path, anchor] = unescaped(href).split('#').map(decodeURIComponent)
      const target =
        path === ''
          ? page
          : fileOf(folder, relative(folder, join(folder, path.startsWith('/') ? '' : dirname(page), path)))
      if (!target) broken.push(`${page}: ${href} leads to no page`)
      else if (anchor && anchors.has(target) && !anchors.get(target).has(anchor)) {
        broken.push(`${page}: ${href}: nothing there has that anchor`)
      }
    }
  }
  return { pages: pages.length, count, broken: [...new Set(broken)] }
}

/** The file that a host of files sends for a path. */
const fileOf = (folder, path) =>
  [path, `${path}.html`, join(path, 'index.html')].find(
    (candidate) => /\.[a-z0-9]+$/.test(candidate) && existsSync(join(folder, candidate)),
  )

const unescaped = (text) =>
  text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
