import type { Results } from '../results/schema.ts'
import { type Html, html } from './html.ts'
import { tableHtml } from './table.ts'

/** By which program, command, engine and machine the run was made, and under which terms its images and weights are. */
export function setting({ engine, machine, startedAt, finishedAt, rows, program, terms = [] }: Results): Html {
  const entries: [string, string][] = [
    ...(program
      ? ([
          ['command', program.command],
          ['version', program.version + (program.commit ? `, commit ${program.commit}` : '')],
          ['seed', String(program.seed)],
        ] satisfies [string, string][])
      : []),
    ['engine', `${engine.name} (${engine.library}, ${engine.device})`],
    ...Object.entries(machine).map(([key, value]): [string, string] =>
      key === 'memoryMb' ? ['memory', `${value} MiB`] : [key, String(value)],
    ),
    ['weights', [...new Set(rows.map(({ backbone, weights }) => `${backbone}: ${weights}`))].join('; ')],
    ['peak memory', `${Math.max(0, ...rows.map((row) => row.peakRssMb))} MiB`],
    ['started', startedAt],
    ['finished', finishedAt ?? 'not yet'],
  ]
  const citations = terms.map(({ what, licence, citation }) => [what, licence, citation])
  return html`<dl>${entries.map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
${citations.length > 0 ? tableHtml('Licences and citations', ['of', 'licence', 'cite'], citations) : undefined}`
}
