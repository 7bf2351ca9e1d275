import { open, stat } from 'node:fs/promises'
import { type Dispatcher, request } from 'undici'

/** A failure of one transfer. `again` tells whether the same address may do better later. */
export class TransferError extends Error {
  readonly again: boolean
  /** How long the server asks to be left alone. */
  readonly waitMs: number

  constructor(message: string, { again, waitMs = 0, cause }: { again: boolean; waitMs?: number; cause?: unknown }) {
    super(message, { cause })
    this.again = again
    this.waitMs = waitMs
  }
}

/** The address and the strong ETag of an answer. */
export interface Origin {
  url?: string
  etag?: string
}

export interface Transfer {
  url: string
  /** The file that is filled, from where it ends. */
  part: string
  bytes?: number
  /** Where the beginning that `part` holds came from; set anew when an answer starts from the first byte. */
  origin: Origin
  headers: Record<string, string>
  dispatcher: Dispatcher
  signal?: AbortSignal
  onBytes: (done: number, total?: number) => void
}

/** States that pass: everything else in 4xx means that this address will not serve the file. */
const PASSING = new Set([408, 425, 429])

const MAX_WAIT_MS = 30_000

export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Names what the network did, which undici hides in the cause of a cause. */
function networkError(error: unknown): TransferError {
  const { message, code } = error as NodeJS.ErrnoException
  return new TransferError(code && !message.includes(code) ? `${message} (${code})` : message, {
    again: true,
    cause: error,
  })
}

function refuse(status: number, retryAfter: unknown): TransferError {
  const seconds = Number(retryAfter)
  const waitMs = seconds > 0 ? Math.min(seconds * 1000, MAX_WAIT_MS) : 0
  return new TransferError(`HTTP status ${status}`, { again: status >= 500 || PASSING.has(status), waitMs })
}

/** Where an answer begins and how long the whole file is, from its status and headers. */
function placement(
  status: number,
  headers: Record<string, unknown>,
  offset: number,
): { start: number; total?: number } {
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  if (status === 200) return { start: 0, total: length }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range']))
  if (!range || Number(range[1]) !== offset) {
    throw new TransferError(`asked for bytes from ${offset}, got ${headers['content-range']}`, { again: false })
  }
  return { start: offset, total: range[2] === '*' ? undefined : Number(range[2]) }
}

/**
 * Asks one address for what `part` still lacks and appends it; starts anew where the server cannot go on.
 * @throws {TransferError} when the answer is refused, cut, stalls or has not the expected length.
 */
export async function transfer(options: Transfer): Promise<void> {
  const { url, part, bytes, origin, headers, dispatcher, signal, onBytes } = options
  const offset = await sizeOf(part)
  const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
  if (offset > 0 && origin.url === url && origin.etag) range['if-range'] = origin.etag
  const answer = await request(url, {
    // Coded content would make the byte counts those of something else.
    headers: { 'accept-encoding': 'identity', ...headers, ...range },
    dispatcher,
    signal,
  }).catch((error) => {
    throw networkError(error)
  })
  const { statusCode: status, body } = answer
  if (status !== 200 && status !== 206) {
    await body.dump().catch(() => {})
    // Nothing follows what is already there. Should it not be the whole, its length or checksum will tell.
    if (status === 416 && String(answer.headers['content-range']).endsWith(`/${offset}`)) return
    if (status === 416 && offset > 0) {
      await restart(part)
      throw new TransferError('HTTP status 416: the part at hand is longer than the file', { again: true })
    }
    throw refuse(status, answer.headers['retry-after'])
  }
  // A body that nobody reads must not raise an error that nobody hears.
  body.on('error', () => {})
  try {
    const { start, total = bytes } = placement(status, answer.headers, offset)
    if (bytes !== undefined && total !== bytes) throw wrongLength(bytes, total!)
    if (start === 0) Object.assign(origin, { url, etag: strongTag(answer.headers.etag) })
    const done = await append(body, part, start, total, onBytes)
    if (total !== undefined && done !== total)
      throw new TransferError(`ended after ${done} of ${total} bytes`, { again: true })
  } finally {
    body.destroy()
  }
}

const strongTag = (tag: unknown) => (typeof tag === 'string' && !tag.startsWith('W/') ? tag : undefined)

export const wrongLength = (expected: number, received: number) =>
  new TransferError(`${received} bytes instead of ${expected}`, { again: false })

const restart = async (part: string) => (await open(part, 'w')).close()

/** Writes `body` into the file from `start` on and returns the file's length, which must not pass `total`. */
async function append(
  body: AsyncIterable<Uint8Array>,
  part: string,
  start: number,
  total: number | undefined,
  onBytes: Transfer['onBytes'],
): Promise<number> {
  if (start === 0) await restart(part)
  const file = await open(part, 'r+')
  let done = start
  try {
    const pieces = body[Symbol.asyncIterator]()
    for (;;) {
      const piece = await pieces.next().catch((error) => {
        throw networkError(error)
      })
      if (piece.done) break
      if (total !== undefined && done + piece.value.length > total) throw wrongLength(total, done + piece.value.length)
      await file.write(piece.value, 0, piece.value.length, done)
      done += piece.value.length
      onBytes(done, total)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return done
}
