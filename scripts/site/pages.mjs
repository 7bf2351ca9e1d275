// Writes the documents of the repository as the pages of the site: links between them lead from page to page, pictures are
// copied, and a file that a document links to becomes a page that shows it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, normalize, relative } from 'node:path'
import { placeOf } from './sections.mjs'

const PICTURES = ['.png', '.webp', '.jpg', '.svg']
/** Longer files are named and not shown. */
const LONGEST = 64 * 1024

/** @throws where a document is in no section of the site, or links to a file that is not there */
export function writePages(root, folder) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  const documents = [...new Set(listed.split('\n'))].filter((path) => path && !path.startsWith('.changeset/'))
  const homeless = documents.filter((document) => placeOf(document) === undefined)
  if (homeless.length > 0) throw new Error(`no section of scripts/site/sections.mjs has ${homeless.join(', ')}`)
  const write = (place, text) => {
    mkdirSync(dirname(join(folder, place)), { recursive: true })
    writeFileSync(join(folder, place), text)
  }

  /** The path of what a link leads to, as a page of the site; `undefined` where the site has none. */
  function targetOf(document, link) {
    const path = normalize(join(dirname(document), link)).replace(/\/$/, '')
    if (!existsSync(join(root, path))) throw new Error(`${document}: ${link} leads to no file`)
    const readme = statSync(join(root, path)).isDirectory() ? `${path}/README.md` : path
    const place = placeOf(readme)
    if (place) return `${place}.md`
    if (PICTURES.includes(extname(path))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      copyFileSync(join(root, path), join(folder, path))
      return path
    }
    if (statSync(join(root, path)).isDirectory() || statSync(join(root, path)).size > LONGEST) return undefined
    write(`source/${path}.md`, sourcePage(root, path))
    return `source/${path}.md`
  }

  for (const document of documents) {
    const place = `${placeOf(document)}.md`
    write(
      place,
      withLinks(readFileSync(join(root, document), 'utf8'), (text, link, anchor) => {
        const target = targetOf(document, link)
        if (!target) return text
        const path = relative(dirname(place), target)
        return `[${text}](${path.startsWith('.') ? path : `./${path}`}${anchor})`
      }),
    )
  }
}

/** Replaces the relative links and pictures outside fenced code. */
const withLinks = (text, replace) =>
  text
    .split(/(^```.*?^```$)/gms)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part.replaceAll(
            /\[((?:[^[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)/g,
            (_, words, link, anchor = '') => replace(words, link, anchor),
          ),
    )
    .join('')

/** A page that shows a file of the repository. */
function sourcePage(root, path) {
  const text = readFileSync(join(root, path), 'utf8')
  return `---\nsearch: false\n---\n\n# ${path.split('/').at(-1)}\n\n\`${path}\`\n\n\`\`\`\`${extname(path).slice(1)}\n${text}\n\`\`\`\`\n`
}
