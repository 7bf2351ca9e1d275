/** The style of the page. Everything that has a colour takes it from the variables, which follow the reader's scheme. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fdfdfb; --ink: #1d2021; --soft: #5c6164; --line: #d9dcda; --accent: #1f6f8b; --wrong: #b3452c; --card: #f4f5f2 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16191b; --ink: #e8e9e6; --soft: #a3a9ac; --line: #3a4043; --accent: #6cc0dc; --wrong: #ef8b6f; --card: #1f2427 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 16px }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 2rem 0 .5rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem }
h3 { font-size: 1rem; margin: 0 0 .5rem }
p { margin: .5rem 0; max-width: 70ch; overflow-wrap: anywhere }
a { color: var(--accent) }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.skip { position: absolute; left: -999px } .skip:focus { left: 16px; top: 8px; background: var(--ground) }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 }
.scroll { overflow-x: auto; margin: .75rem 0 }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem }
th, td { padding: .35rem .8rem .35rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top }
thead th { color: var(--soft); font-weight: 600 } tbody th { font-weight: 600 }
.number { text-align: right; white-space: nowrap } td:last-child, td:nth-last-child(2) { min-width: 9rem }
table { width: 100% }
.reported { border-left: 4px solid var(--wrong); padding-left: 12px }
.tag { font-size: .75rem; border: 1px solid currentColor; border-radius: 3px; padding: 0 .35em; color: var(--wrong); white-space: nowrap }
.figures { columns: 3 340px; column-gap: 1.25rem }
figure { margin: 0 0 1.25rem; break-inside: avoid; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; min-width: 0 }
figure svg { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px }
figcaption, small, footer { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere }
details { margin-top: .5rem } summary { cursor: pointer; color: var(--accent); font-size: .85rem }
details .scroll { max-height: 320px; overflow: auto }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0 } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.gallery { display: grid; gap: 1.25rem; align-items: start; grid-template-columns: repeat(auto-fill, minmax(min(100%, 560px), 1fr)) }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; min-width: 0 }
.query { display: flex; gap: 12px } .query img { width: 112px; height: 112px; object-fit: cover; border-radius: 6px; flex: none }
.query p { min-width: 0 }
article ol { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(72px, 1fr)); gap: 10px; padding: 0; margin: 12px 0 0 }
article li { min-width: 0 } article li img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 4px; display: block }
.code { display: block; height: 6px; margin-top: 3px; background: var(--line) } .code span { display: block; height: 100% }
.positive span { background: var(--accent) } .negative span { background: var(--wrong) }
.right { color: var(--accent) } .wrong { color: var(--wrong) }
.shares { list-style: none; margin: 0; padding: 0 } .shares li { position: relative; padding: 0 .3rem; margin: 2px 0; overflow-wrap: anywhere }
.share { position: absolute; left: 0; top: 0; bottom: 0; background: var(--accent); opacity: .18; border-radius: 3px }
.shares small { position: relative; color: var(--ink) } .query > div { flex: 1; min-width: 0 }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; list-style: none; padding: 0; margin: .5rem 0; font-size: .85rem }
.legend span { font-size: .8em }
.pairs { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)) }
.pairs ol { grid-template-columns: repeat(3, 1fr) }
@media (max-width: 640px) {
  table, tbody, tr, tbody th, td { display: block } thead { display: none }
  tr { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem; margin-bottom: .75rem }
  tbody th, td { border: 0; padding: .1rem 0 }
  td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .5rem; text-align: left; white-space: normal; overflow-wrap: anywhere }
  .number { text-align: left; white-space: normal } td::before { content: attr(data-heading); color: var(--soft) } td:empty { display: none }
  .scroll { overflow-x: visible }
}
footer { padding: 2rem 16px 3rem; border-top: 1px solid var(--line); margin-top: 3rem }
@media print { figure, article { break-inside: avoid } nav { display: none } }
`
