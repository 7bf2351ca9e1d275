import { InputError } from '@dml-crc/core/errors'
import type { FeatureExperiment } from './feature-schema.ts'
import type { Experiment } from './schema.ts'

/**
 * Refuses an experiment that asks for one thing twice.
 * @throws InputError about the first entry that is the same as another of its list
 */
export function checkDistinct(experiment: Experiment | FeatureExperiment, source: string): void {
  for (const list of ['backbones', 'methods', 'endToEnd', 'sweeps'] as const) {
    const entries: readonly unknown[] = (experiment as Partial<Experiment>)[list] ?? []
    const texts = entries.map((entry) => JSON.stringify(entry))
    const second = texts.findIndex((text, i) => texts.indexOf(text) < i)
    if (second < 0) continue
    throw new InputError(`\`${list}.${second}\` of ${source}`, {
      expected: 'an entry that differs from the others',
      received: `the same as \`${list}.${texts.indexOf(texts[second])}\``,
      remedy: 'Leave it out; for several runs of one method, set seeds.',
    })
  }
}
