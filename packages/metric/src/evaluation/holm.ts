/**
 * p-values of several comparisons, corrected so that the chance of even one false finding among all is at most the level:
 * the k-th smallest of m is multiplied by m − k + 1, and none is below a smaller one's.
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian J. Statistics 6, 1979.
 * @returns the corrected values, in the order given
 */
export function holm(pValues: readonly number[]): number[] {
  const corrected = new Array<number>(pValues.length)
  const ascending = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b])
  let largest = 0
  ascending.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[i] * (pValues.length - rank)))
    corrected[i] = largest
  })
  return corrected
}
