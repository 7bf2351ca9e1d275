import type { Size } from '../../transforms/transform.ts'

/** Start of frame of baseline, extended and progressive JPEG with Huffman codes (ITU-T T.81, table B.1). */
const FRAMES = new Set([0xc0, 0xc1, 0xc2])
const ALL_FRAMES = new Set([...FRAMES, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const START_OF_SCAN = 0xda
const APP1 = 0xe1
const APP2 = 0xe2

/** The sRGB profiles of HP and Microsoft, of the ICC and of their copies carry this name. */
const SRGB = 'sRGB IEC61966'

/**
 * The size of a JPEG that needs nothing but decoding: 8 bits, one or three channels, upright, in sRGB as far as it
 * says. Nothing for any other file, damaged ones included.
 */
export function plainJpeg(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined
  let size: Size | undefined
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === START_OF_SCAN) return size
    const body = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2))
    if (ALL_FRAMES.has(marker)) size = FRAMES.has(marker) ? frameSize(body) : undefined
    else if (marker === APP1 && isTurned(body)) return undefined
    else if (marker === APP2 && hasForeignProfile(body)) return undefined
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** Of a frame header: bits, height, width, channels. */
function frameSize(body: Buffer): Size | undefined {
  if (body.length < 6 || body[0] !== 8 || (body[5] !== 1 && body[5] !== 3)) return undefined
  const size = { height: body.readUInt16BE(1), width: body.readUInt16BE(3) }
  return size.width > 0 && size.height > 0 ? size : undefined
}

const hasForeignProfile = (body: Buffer): boolean =>
  body.toString('latin1', 0, 11) === 'ICC_PROFILE' && !body.includes(SRGB, 0, 'latin1')

const ORIENTATION_TAG = 0x0112

/** Whether EXIF data give an orientation other than upright, or cannot be read. */
function isTurned(body: Buffer): boolean {
  if (body.toString('latin1', 0, 6) !== 'Exif\0\0') return false
  const tiff = body.subarray(6)
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return true
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (first + 2 > tiff.length) return true
  for (let i = 0, at = first + 2; i < short(first); i++, at += 12) {
    if (at + 12 > tiff.length) return true
    if (short(at) === ORIENTATION_TAG) return short(at + 8) !== 1
  }
  return false
}
