import { Prng } from '@dml-crc/core'
import { pairedBootstrap } from '@dml-crc/metric'
import { type Candidate, familiesOf, meanHits } from './comparison.ts'
import { grouped } from './grouped.ts'

/** A method beside the best baseline of every set and network on which the two were measured. */
export interface AcrossSets {
  method: string
  /** Data sets times networks. */
  comparisons: number
  /** Of these, how many in which the method is at least as good as the baseline, within half a standard error of the difference. */
  notWorse: number
  /** Mean difference of top1 from the best baseline of each, with its 95 % interval and the chance of so large a one if there were none. */
  mean: number
  low: number
  high: number
  p: number
}

interface Difference {
  method: string
  ids: string
  perImage: readonly number[]
}

/**
 * What a method gains over the best other one, as a mean over sets and networks. The other one is the baseline that is best on the
 * test images of each, which favours it. Images are resampled within their set, for all networks at once.
 * @returns an entry for each method that is no baseline and was measured on more than one set or network; best first
 */
export function compareAcrossSets(candidates: readonly Candidate[]): AcrossSets[] {
  return grouped(familiesOf(candidates).flatMap(differencesIn), ({ method }) => method)
    .filter((differences) => differences.length > 1)
    .map(across)
    .sort((a, b) => b.mean - a.mean)
}

function differencesIn(family: readonly Candidate[]): Difference[] {
  const known = family.filter(({ predictions }) => predictions.length > 0)
  const reference = known.find(({ summary }) => summary.first.baseline)
  if (!reference) return []
  const others = meanHits(reference)
  return known
    .filter(({ summary }) => !summary.first.baseline)
    .map((candidate) => ({
      method: candidate.summary.first.method,
      ids: JSON.stringify(candidate.test.ids),
      perImage: meanHits(candidate).map((share, i) => share - others[i]),
    }))
}

function across(differences: readonly Difference[]): AcrossSets {
  const sets = grouped(differences, ({ ids }) => ids)
  const meanOverNetworks = sets.map((networks) =>
    networks[0].perImage.map((_, i) => networks.reduce((sum, { perImage }) => sum + perImage[i], 0) / networks.length),
  )
  const { mean, low, high, pValue } = pairedBootstrap(meanOverNetworks, { prng: Prng.fromSeed(0) })
  return {
    method: differences[0].method,
    comparisons: differences.length,
    notWorse: differences.filter(({ perImage }) => isNotWorse(perImage)).length,
    ...{ mean, low, high, p: pValue },
  }
}

function isNotWorse(perImage: readonly number[]): boolean {
  const n = perImage.length
  const mean = perImage.reduce((sum, value) => sum + value, 0) / n
  const variance = perImage.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return mean >= -0.5 * Math.sqrt(variance / n)
}
