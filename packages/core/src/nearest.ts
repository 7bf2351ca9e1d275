import { InputError } from './errors.ts'

/** Levenshtein distance: the least number of insertions, deletions and substitutions that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1))
    }
    previous = current
  }
  return previous[b.length]
}

/** The candidate nearest in spelling to `word`, or `undefined` where none is close enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/**
 * The error for a word that is not one of those known; its remedy names the one it was probably meant to be, or is the one
 * given.
 */
export function choiceError(
  what: string,
  word: string,
  known: readonly string[],
  remedy = 'Choose one of these.',
): InputError {
  const meant = nearest(word, known)
  return new InputError(what, {
    expected: `one of ${known.join(', ')}`,
    received: `«${word}»`,
    remedy: meant ? `Did you mean ${meant}?` : remedy,
  })
}
