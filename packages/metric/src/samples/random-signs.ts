import type { Prng } from '@dml-crc/core/prng'

/**
 * +1 or −1 with equal chance, `count` times. As noise they are as good as normal numbers wherever many are summed, as a
 * metric does, thirty times as quick to draw, and of one length: √count.
 */
export function randomSigns(count: number, prng: Prng): Float32Array {
  const signs = new Float32Array(count)
  let bits = 0
  for (let i = 0; i < count; i++) {
    bits = i % 32 === 0 ? prng.uint32() : bits >>> 1
    signs[i] = bits & 1 ? 1 : -1
  }
  return signs
}
