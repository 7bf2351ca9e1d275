import { dirname, extname } from 'node:path'
import { InputError, sweepLeftovers, writeFileAtomic, writeJsonAtomic, writeSafetensors } from '@dml-crc/core'
import type { Label } from '@dml-crc/core/arrays'
import type { Classified } from './classify-file.ts'

const WRITERS: Record<string, (file: string, found: Classified) => Promise<void>> = {
  '.csv': (file, { labels, truth }) => {
    const lines = labels.map((label, i) => (truth ? `${cell(label)},${cell(truth[i])}` : cell(label)))
    return writeFileAtomic(file, `${[truth ? 'predicted,true' : 'predicted', ...lines].join('\n')}\n`)
  },
  '.json': (file, { labels, classes, truth, accuracy, meanPerClass }) =>
    writeJsonAtomic(file, { labels, classes, truth, accuracy, meanPerClass }),
  '.safetensors': (file, { labels, scores, classes }) => {
    // The format holds no texts: classes that have names are numbered, and the names go into the metadata.
    const named = classes.some((label) => typeof label === 'string')
    const numbers = named ? classes.map((_, c) => c) : (classes as number[])
    const place = new Map(classes.map((label, c) => [label, numbers[c]]))
    const whole = (values: number[]) => ({ shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    return writeSafetensors(
      file,
      [
        ['labels', whole(labels.map((label) => place.get(label)!))],
        ['scores', { shape: [...scores.shape], data: scores.data }],
        ['classes', whole(numbers)],
      ],
      named ? { classNames: JSON.stringify(classes) } : {},
    )
  },
}

/** A label as a cell of CSV. */
const cell = (label: Label) => (/[",\r\n]/.test(`${label}`) ? `"${`${label}`.replaceAll('"', '""')}"` : `${label}`)

/**
 * How predictions are written to a file of this name; one per line (`.csv`), with what was measured (`.json`), or with the
 * score of every class (`.safetensors`).
 * @throws InputError for another ending
 */
export function predictionsWriter(file: string): (found: Classified) => Promise<void> {
  const write = WRITERS[extname(file).toLowerCase()]
  if (write) {
    return async (found) => {
      await sweepLeftovers(dirname(file))
      await write(file, found)
    }
  }
  throw new InputError('--predictions', {
    expected: `a file ending in ${Object.keys(WRITERS).join(', ')}`,
    received: `«${file}»`,
    remedy: 'Name one of those.',
  })
}
