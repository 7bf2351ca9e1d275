/**
 * The documents of the site in the order of its sidebar, each with its path in the site. `scripts/site.mjs` refuses a document
 * that is in no section.
 */
export const SECTIONS = [
  {
    text: 'Start',
    items: [
      ['README.md', 'overview'],
      ['apps/bench/README.md', 'command-line'],
      ['examples/README.md', 'examples/index'],
    ],
  },
  {
    text: 'Guides',
    items: [
      ['docs/guides/own-photos.md', 'guides/own-photos'],
      ['docs/guides/own-features.md', 'guides/own-features'],
      ['docs/guides/own-network.md', 'guides/own-network'],
      ['docs/guides/many-machines.md', 'guides/many-machines'],
      ['docs/guides/add-a-classifier.md', 'guides/add-a-classifier'],
      ['docs/guides/add-a-backbone.md', 'guides/add-a-backbone'],
      ['docs/guides/add-a-data-set.md', 'guides/add-a-data-set'],
    ],
  },
  {
    text: 'Packages',
    items: ['metric', 'trainer', 'backbones', 'datasets', 'browser', 'engine', 'core'].map((name) => [
      `packages/${name}/README.md`,
      `packages/${name}`,
    ]),
  },
  {
    text: 'Background',
    items: [
      ['docs/method.md', 'method'],
      ['docs/protocol.md', 'protocol'],
      ['docs/results.md', 'results'],
      ['docs/speed.md', 'speed'],
      ['docs/scale.md', 'scale'],
      ['docs/architecture.md', 'architecture'],
      ['docs/decisions/README.md', 'decisions/index'],
      ['docs/glossary.md', 'glossary'],
      ['docs/leaving-tensorflow-js.md', 'leaving-tensorflow-js'],
      ['CONTRIBUTING.md', 'contributing'],
    ],
  },
]

/** Documents that another page leads to, and the sidebar does not. */
const LINKED = [/^(docs\/)(decisions\/(?!README)[^/]+)\.md$/, /^()(examples\/[^/]+)\/README\.md$/]

const listed = new Map([['docs/index.md', 'index'], ...SECTIONS.flatMap(({ items }) => items)])

/** Where a document is in the site, without `.md`; `undefined` for one that is not in it. */
export function placeOf(document) {
  return listed.get(document) ?? LINKED.map((pattern) => document.match(pattern)?.[2]).find(Boolean)
}
