import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { pagesIn } from '../../scripts/site/api.mjs'
import { SECTIONS } from '../../scripts/site/sections.mjs'

const built = fileURLToPath(new URL('../../.site', import.meta.url))
const pages = join(built, 'pages')

/** A page of the sidebar, called as its first heading. */
function pageItem(place: string): DefaultTheme.SidebarItem {
  const heading = readFileSync(join(pages, `${place}.md`), 'utf8').match(/^# (.*)$/m)?.[1] ?? place
  return { text: heading.replaceAll('`', ''), link: `/${place.replace(/(^|\/)index$/, '$1')}` }
}

const sections = SECTIONS.map(({ text, items }) => ({ text, items: items.map(([, place]) => pageItem(place)) }))
const api = { text: 'API', items: pagesIn(join(pages, 'api')).map((page) => pageItem(`api/${page.slice(0, -3)}`)) }

export default defineConfig({
  title: 'DML-CRC',
  description: 'A classifier for fine-grained images that explains itself, for TypeScript',
  srcDir: '../.site/pages',
  outDir: '../.site/dist',
  cacheDir: '../.site/cache',
  cleanUrls: true,
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/guides/own-photos' },
      { text: 'Method', link: '/method' },
      { text: 'API', link: '/api/@dml-crc/metric/' },
      // A page of its own, outside this site's router.
      ...(existsSync(join(built, 'demo')) ? [{ text: 'Demo', link: '/demo/', target: '_self' }] : []),
    ],
    sidebar: [...sections, api],
    outline: [2, 3],
    search: { provider: 'local' },
  },
})
