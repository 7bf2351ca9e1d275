import { InputError } from './errors.ts'

/** The whole state of a {@link Prng}: four 32-bit words, as plain JSON. */
export type PrngState = readonly [number, number, number, number]

/** SplitMix32, which spreads any seed over the state of the generator. */
function splitMix32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
}

/** FNV-1a, so that a generator can be split by a readable key. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/**
 * A seedable pseudo-random number generator whose state can be saved and restored.
 * Generator: xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021).
 */
export class Prng {
  // Signed, as Node keeps such whole numbers without allocating.
  #a: number
  #b: number
  #c: number
  #d: number

  private constructor([a, b, c, d]: PrngState) {
    this.#a = a | 0
    this.#b = b | 0
    this.#c = c | 0
    this.#d = d | 0
  }

  /**
   * A generator determined by `seed`.
   * @throws {InputError} when the seed is not an integer.
   */
  static fromSeed(seed: number): Prng {
    if (!Number.isSafeInteger(seed)) {
      throw new InputError('seed', { expected: 'an integer', received: String(seed), remedy: 'Pass a whole number.' })
    }
    const low = splitMix32(seed)
    const high = splitMix32(Math.floor(seed / 2 ** 32))
    return new Prng([low(), low(), high(), high()]).#warmUp()
  }

  /** A generator that goes on where the one that gave `state` stood. */
  static fromState(state: PrngState): Prng {
    if (state.length !== 4 || state.every((word) => word === 0) || !state.every(Number.isInteger)) {
      throw new InputError('PRNG state', {
        expected: 'four 32-bit integers, not all zero',
        received: JSON.stringify(state),
        remedy: 'Pass what state() returned.',
      })
    }
    return new Prng(state)
  }

  state(): PrngState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0]
  }

  /**
   * A generator for a part of the work, independent of this one and of those split off by other keys.
   * It depends on this generator's present state, which it leaves as it is.
   */
  split(key: string | number): Prng {
    const next = splitMix32(hash32(String(key)))
    return new Prng([this.#a ^ next(), this.#b ^ next(), this.#c ^ next(), this.#d ^ next()]).#warmUp()
  }

  #warmUp(): this {
    for (let i = 0; i < 16; i++) this.uint32()
    return this
  }

  /** An integer, uniform in [0, 2³²). */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** A number, uniform in [low, high), by default in [0, 1). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 2 ** 32)
  }

  /** An integer, uniform in [0, bound), without modulo bias. */
  int(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let value = this.uint32()
    while (value >= limit) value = this.uint32()
    return value % bound
  }

  /** `true` with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** Standard normal numbers (Box & Muller 1958), `length` of them. */
  normals(length: number): Float32Array {
    const out = new Float32Array(length)
    for (let i = 0; i < length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
      const angle = 2 * Math.PI * this.uniform()
      out[i] = radius * Math.cos(angle)
      if (i + 1 < length) out[i + 1] = radius * Math.sin(angle)
    }
    return out
  }

  /** One standard normal number. */
  normal(): number {
    return this.normals(1)[0]
  }

  /** One of `items`, each as likely as any other. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]
  }

  /** A shuffled copy of `items` (Fisher & Yates). */
  shuffle<T>(items: Iterable<T>): T[] {
    const out = [...items]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const held = out[i]
      out[i] = out[j]
      out[j] = held
    }
    return out
  }
}
