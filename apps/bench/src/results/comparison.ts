import { Prng } from '@dml-crc/core'
import { binomialInterval, hits, holm, mcnemar, pairedBootstrap } from '@dml-crc/metric'
import { grouped } from './grouped.ts'
import type { Summary } from './summary.ts'

/** A method of a run, all its seeds, with what it said about each test image. */
export interface Candidate {
  summary: Summary
  /** For each seed the predicted labels; none where the run kept only `results.json`. */
  predictions: readonly (readonly number[])[]
  /** The test images, their identifiers and true labels. */
  test: { ids: readonly string[]; labels: readonly number[] }
}

/** How a method does beside the best baseline on the same test images. */
export interface Comparison {
  candidate: Candidate
  /** 95 % interval of top1, by the number of test images. */
  interval: { low: number; high: number }
  /** Whether the others on these images are compared with this one. */
  isReference: boolean
  /** Mean difference of top1 from the reference, seeds averaged, with its 95 % interval by bootstrap over the images. */
  difference?: { mean: number; low: number; high: number }
  test?: 'McNemar' | 'bootstrap'
  /** Chance of so large a difference if there were none. */
  p?: number
  /** The same, corrected by Holm for all comparisons on these test images and this network. */
  corrected?: number
}

/**
 * Compares methods with the best baseline on the same test images and the same network: the baseline of the highest mean over its seeds, never its
 * best seed; where there is no baseline, the best method. A single run of both is tested by McNemar's exact test, means over
 * seeds by a paired bootstrap over the images.
 * @returns best first
 */
export function compareToBaseline(candidates: readonly Candidate[]): Comparison[] {
  const found = new Map(
    familiesOf(candidates)
      .flatMap(compareFamily)
      .map((each) => [each.candidate, each]),
  )
  return bestFirst(candidates).map((candidate) => found.get(candidate)!)
}

const bestFirst = (candidates: readonly Candidate[]) =>
  candidates.toSorted((a, b) => b.summary.top1.mean - a.summary.top1.mean)

/** Those on the same test images and network together, best first. */
export function familiesOf(candidates: readonly Candidate[]): Candidate[][] {
  return grouped(bestFirst(candidates), ({ summary: { first }, test }) =>
    JSON.stringify([first.backbone, first.layer, test.ids]),
  )
}

function compareFamily(family: readonly Candidate[]): Comparison[] {
  const known = family.filter(({ predictions }) => predictions.length > 0)
  const reference = known.find(({ summary }) => summary.first.baseline) ?? known[0]
  const lines = family.map((candidate): Comparison => {
    const { first, top1 } = candidate.summary
    const line = {
      candidate,
      interval: binomialInterval(top1.mean, first.count),
      isReference: candidate === reference && family.length > 1,
    }
    if (candidate === reference || !reference || candidate.predictions.length === 0) return line
    return { ...line, ...compareTwo(candidate, reference) }
  })
  const tested = lines.filter(({ p }) => p !== undefined)
  holm(tested.map(({ p }) => p as number)).forEach((corrected, i) => {
    tested[i].corrected = corrected
  })
  return lines
}

function compareTwo(candidate: Candidate, reference: Candidate): Pick<Comparison, 'difference' | 'test' | 'p'> {
  const { labels } = candidate.test
  const own = meanHits(candidate)
  const others = meanHits(reference)
  const { mean, low, high, pValue } = pairedBootstrap([own.map((share, i) => share - others[i])], {
    prng: Prng.fromSeed(0),
  })
  const [a, b] = [candidate.predictions, reference.predictions]
  const isSingle = a.length === 1 && b.length === 1
  return {
    difference: { mean, low, high },
    test: isSingle ? 'McNemar' : 'bootstrap',
    p: isSingle ? mcnemar(a[0], b[0], labels).pValue : pValue,
  }
}

/** For each test image the share of the seeds that are right about it. */
export function meanHits({ predictions, test }: Candidate): number[] {
  const all = predictions.map((predicted) => hits(predicted, test.labels))
  return Array.from(test.labels, (_, i) => all.reduce((sum, each) => sum + each[i], 0) / all.length)
}
