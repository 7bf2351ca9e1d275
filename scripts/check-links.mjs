// Checks that every relative link of every document leads to a file, and every #anchor to a heading of it. Addresses on the
// network are not asked: they would make this check depend on other people's servers.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean)

/** A document without its fenced code, in which brackets mean other things. */
const proseOf = (path) => readFileSync(join(root, path), 'utf8').replace(/^```.*?^```$/gms, '')

/** The anchors of a document, as GitHub makes them of headings. */
function anchorsOf(path) {
  const headings = [...proseOf(path).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading]) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

let count = 0
const broken = []
for (const document of documents) {
  const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
  for (const link of links.filter((link) => !/^[a-z]+:/.test(link))) {
    count++
    const [path, anchor] = link.split('#')
    const target = path ? normalize(join(dirname(document), path)) : document
    if (!existsSync(join(root, target))) broken.push(`${document}: ${link} leads to no file`)
    else if (anchor && target.endsWith('.md') && !anchorsOf(target).includes(anchor)) {
      broken.push(`${document}: ${link}: no heading #${anchor} in ${target}`)
    }
  }
}
for (const line of broken) console.error(line)
console.log(`${count} links in ${documents.length} documents, ${broken.length} broken`)
process.exitCode = broken.length > 0 ? 1 : 0
