import { extname } from 'node:path'
import { InputError, writeFileAtomic, writeJsonAtomic, writeSafetensors } from '@dml-crc/core'
import type { Classified } from './classify-file.ts'

const WRITERS: Record<string, (file: string, found: Classified) => Promise<void>> = {
  '.csv': (file, { labels, truth }) => {
    const lines = labels.map((label, i) => (truth ? `${label},${truth[i]}` : `${label}`))
    return writeFileAtomic(file, `${[truth ? 'predicted,true' : 'predicted', ...lines].join('\n')}\n`)
  },
  '.json': (file, { labels, classes, truth, accuracy, meanPerClass }) =>
    writeJsonAtomic(file, { labels, classes, truth, accuracy, meanPerClass }),
  '.safetensors': (file, { labels, scores, classes }) =>
    writeSafetensors(file, [
      ['labels', { shape: [labels.length], data: Int32Array.from(labels) }],
      ['scores', { shape: [...scores.shape], data: scores.data }],
      ['classes', { shape: [classes.length], data: Int32Array.from(classes) }],
    ]),
}

/**
 * How predictions are written to a file of this name: one a line (`.csv`), with what was measured (`.json`), or with the
 * score of every class (`.safetensors`).
 * @throws InputError for another ending
 */
export function predictionsWriter(file: string): (found: Classified) => Promise<void> {
  const write = WRITERS[extname(file).toLowerCase()]
  if (write) return (found) => write(file, found)
  throw new InputError('--predictions', {
    expected: `a file ending in ${Object.keys(WRITERS).join(', ')}`,
    received: `«${file}»`,
    remedy: 'Name one of those.',
  })
}
