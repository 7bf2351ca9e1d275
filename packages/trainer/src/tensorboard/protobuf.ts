/** The wire format of protocol buffers, as far as an Event needs it. Fields are put one after another. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return bytes
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

const tag = (field: number, wire: number) => varint(field * 8 + wire)

/** A non-negative integer. */
export const integer = (field: number, value: number) => Uint8Array.from([...tag(field, VARINT), ...varint(value)])

export function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, true)
  return concat(Uint8Array.from(tag(field, FIXED64)), bytes)
}

export function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return concat(Uint8Array.from(tag(field, FIXED32)), bytes)
}

/** A string, bytes, or a message made of `parts`. */
export function message(field: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  const body = concat(...parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part)))
  return concat(Uint8Array.from([...tag(field, BYTES), ...varint(body.length)]), body)
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
