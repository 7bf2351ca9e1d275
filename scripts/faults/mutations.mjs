const TOKENS = [
  '-1',
  '0',
  '1.5',
  '1e400',
  '1e308',
  'null',
  '{}',
  '[]',
  '""',
  'true',
  'NaN',
  '9007199254740993',
  '"__proto__"',
  ',',
  '"',
  '\n',
  '\0',
  '../',
]
const INTEGERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

const spliced = (bytes, at, removed, inserted) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(Math.min(bytes.length, at + removed))])

/** Places count from the beginning or the end, where formats keep their headers and directories. */
function place(bytes, prng) {
  const near = Math.min(bytes.length, 1 + prng.int(512))
  return prng.pick([() => prng.int(bytes.length), () => prng.int(near), () => bytes.length - 1 - prng.int(near)])()
}

const MUTATIONS = [
  (bytes, prng) => {
    const copy = Buffer.from(bytes)
    copy[place(bytes, prng)] ^= 1 << prng.int(8)
    return copy
  },
  (bytes, prng) => {
    const copy = Buffer.from(bytes)
    copy[place(bytes, prng)] = prng.int(256)
    return copy
  },
  (bytes, prng) => bytes.subarray(0, place(bytes, prng)),
  (bytes, prng) => spliced(bytes, place(bytes, prng), 1 + prng.int(32), ''),
  (bytes, prng) =>
    spliced(
      bytes,
      place(bytes, prng),
      0,
      Array.from({ length: 1 + prng.int(32) }, () => prng.int(256)),
    ),
  (bytes, prng) => {
    const from = place(bytes, prng)
    return spliced(bytes, place(bytes, prng), 0, bytes.subarray(from, from + 1 + prng.int(256)))
  },
  (bytes, prng) => {
    const word = Buffer.alloc(4)
    const value = prng.pick(INTEGERS)
    if (prng.chance(0.5)) word.writeUInt32LE(value)
    else word.writeUInt32BE(value)
    const length = prng.pick([1, 2, 4])
    return spliced(bytes, place(bytes, prng), length, word.subarray(0, length))
  },
  // One token of a text in place of another.
  (bytes, prng) => {
    const text = bytes.toString('latin1')
    const tokens = [...text.slice(0, 100_000).matchAll(/"[^"]*"|-?\d+(?:\.\d+)?|[[\]{},:]|true|false|null/g)]
    if (tokens.length === 0) return bytes
    const { index, 0: token } = prng.pick(tokens)
    const by = prng.chance(0.3) ? prng.pick(tokens)[0] : prng.pick(TOKENS)
    return spliced(bytes, index, token.length, Buffer.from(by, 'latin1'))
  },
]

/** The bytes with one to three mutations. */
export function mutated(original, prng) {
  let bytes = original
  for (let left = prng.pick([1, 1, 1, 2, 3]); left > 0 && bytes.length > 0; left--)
    bytes = prng.pick(MUTATIONS)(bytes, prng)
  return bytes
}
