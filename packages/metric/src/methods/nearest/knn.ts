import { InputError } from '@dml-crc/core/errors'
import { defineMethod } from '../../fitting/define-method.ts'
import { count } from '../../model/arrays.ts'

/** The k nearest training samples vote; among classes of equal votes the one with nearer samples wins. */
export const knn = defineMethod({
  name: 'knn',
  label: 'kNN',
  paper: 'Cover, Hart, "Nearest neighbor pattern classification", IEEE Transactions on Information Theory 1967',
  options: { k: count.default(1).describe('Neighbours that vote') },
  grid: { k: [1, 3, 5] },
  async fit({ features, labels }, { k }) {
    checkNeighbours(k, labels.length)
    return { decision: { kind: 'neighbours', samples: features, labels, k } }
  },
})

/** @throws {InputError} when there are fewer samples than neighbours that vote. */
export function checkNeighbours(k: number, samples: number): void {
  if (k <= samples) return
  const remedy = 'Ask for fewer neighbours.'
  throw new InputError('k', { expected: `at most the ${samples} training samples`, received: `${k}`, remedy })
}
