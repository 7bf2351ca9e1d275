import { type Html, html } from './html.ts'

export interface ReportColumn {
  heading: string
  /** Numbers stand on the right. */
  isNumber?: boolean
}

/**
 * A table whose first column names each row. It scrolls by itself where it is wider than the page; on a phone every row
 * becomes a block with a line for each cell, named by the heading of its column.
 */
export function tableHtml(
  label: string,
  columns: readonly (ReportColumn | string)[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  const all = columns.map((column) => (typeof column === 'string' ? { heading: column } : column))
  const kind = ({ isNumber }: ReportColumn) => (isNumber ? 'number' : 'text')
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${all.map((column) => html`<th scope="col" class="${kind(column)}">${column.heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, c) =>
        c === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td class="${kind(all[c])}" data-heading="${all[c].heading}">${cell === '' ? '' : html`<span>${cell}</span>`}</td>`,
      )}</tr>\n`,
  )}</tbody>
</table></div>`
}
