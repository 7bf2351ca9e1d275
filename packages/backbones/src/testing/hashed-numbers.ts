/**
 * Numbers in [−1, 1) that depend on a text and their place only. `scripts/make_goldens.py` makes the same ones, so that
 * the weights of the reference networks need not be stored.
 */
export function hashedNumbers(text: string, length: number): Float32Array {
  let seed = 0x811c9dc5
  for (let i = 0; i < text.length; i++) seed = Math.imul(seed ^ text.charCodeAt(i), 0x01000193)
  const numbers = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    let z = (seed + Math.imul(i, 0x9e3779b9)) >>> 0
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    numbers[i] = ((z ^ (z >>> 15)) >>> 8) / 2 ** 23 - 1
  }
  return numbers
}
