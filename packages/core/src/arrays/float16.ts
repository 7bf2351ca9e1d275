/** Widens IEEE half precision numbers, given as their 16-bit patterns. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i] & 0x8000 ? -1 : 1
    const exponent = (bits[i] >>> 10) & 0x1f
    const fraction = bits[i] & 0x3ff
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24
    else if (exponent === 31) out[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }
  return out
}

const floats = new Float32Array(1)
const patterns = new Uint32Array(floats.buffer)

/** The 16-bit pattern of the IEEE half precision number nearest to each; of two as near the even one, beyond 65504 infinity. */
export function float32ToFloat16(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, (value) => {
    floats[0] = value
    const sign = (patterns[0] >>> 16) & 0x8000
    const size = patterns[0] & 0x7fffffff
    if (Number.isNaN(value)) return 0x7e00
    // Below 2^-14 numbers are multiples of 2^-24: adding 0.5 leaves those, rounded, in the last places of the sum.
    if (size < 0x38800000) {
      floats[0] = Math.abs(value) + 0.5
      return sign | (patterns[0] - 0x3f000000)
    }
    // The exponent counts from 2^-127 there and from 2^-15 here; a fraction that is rounded up to 1 moves it on.
    const rounded = (size - (112 << 23) + 0xfff + ((size >>> 13) & 1)) >>> 13
    return sign | Math.min(rounded, 0x7c00)
  })
}

/** Widens bfloat16 numbers, given as their 16-bit patterns: the upper half of a float32. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = bits[i] << 16
  return new Float32Array(out.buffer)
}
