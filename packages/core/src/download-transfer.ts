import { closeSync, fsyncSync, openSync, statfsSync, writeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import type { Dispatcher } from 'undici'

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
  /** Whether a checksum will tell damage: without one, an answer must show by itself that it is whole. */
  isChecked: boolean
  /** How long the transfer may stay below the least speed. */
  timeoutMs: number
  /** Where the beginning that `part` holds came from; set again when an answer starts from the first byte. */
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

/** Below this many bytes per second, a transfer is given up and tried again. */
const LEAST_SPEED = 1024

/** Room that a download of unknown length leaves on the disk, and after how many bytes it looks. */
const ROOM_LEFT = 2 ** 25
const LOOK_EVERY = 2 ** 24

type Headers = Record<string, string | string[] | undefined>

const lengthOf = (headers: Headers) =>
  headers['content-length'] === undefined ? undefined : Number(headers['content-length'])

/** Where an answer begins and how long the whole file is; nothing where it does not fit what is there. */
function placement(status: number, headers: Headers, offset: number): { start: number; total?: number } | undefined {
  const whole = { start: 0, total: lengthOf(headers) }
  if (status === 200) return whole
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range']))
  // A part that was not asked for is the whole.
  if (!range) return offset === 0 ? whole : undefined
  const start = Number(range[1])
  const total = range[2] === '*' ? undefined : Number(range[2])
  return start === offset || start === 0 ? { start, total } : undefined
}

/** Without a checksum, what could hide that an answer is cut or coded is refused. */
function checkProvable(headers: Headers): void {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding !== 'identity') {
    throw new TransferError(`content coded as ${coding}, and no checksum`, { again: false })
  }
  const isChunked = /\bchunked\b/i.test(String(headers['transfer-encoding']))
  if (lengthOf(headers) === undefined && !isChunked) {
    throw new TransferError('no length, and no checksum: a cut could not be told from the end', { again: false })
  }
}

function checkRoom(path: string, needed: number): void {
  const { bavail, bsize } = statfsSync(dirname(path))
  if (bavail * bsize >= needed) return
  throw new TransferError(`${bavail * bsize} bytes free on the disk, ${needed} needed`, { again: false })
}

/**
 * Asks one address for what `part` still lacks and appends it; starts from the beginning where the server cannot continue.
 * @throws {TransferError} when the answer is refused, cut, stalls, creeps or has not the expected length.
 */
export async function transfer(options: Transfer): Promise<void> {
  const { url, part, bytes, isChecked, timeoutMs, origin, headers, dispatcher, signal } = options
  const { stream } = await import('undici')
  const offset = await sizeOf(part)
  const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
  if (offset > 0 && origin.url === url && origin.etag) range['if-range'] = origin.etag
  let sink: Sink | undefined
  let isThere = false
  const slow = watchSpeed(timeoutMs, () => sink?.done)
  try {
    await stream(
      url,
      {
        method: 'GET',
        // Coded content would make the byte counts those of something else.
        headers: { 'accept-encoding': 'identity', ...headers, ...range },
        dispatcher,
        signal: signal ? AbortSignal.any([signal, slow.signal]) : slow.signal,
      },
      ({ statusCode: status, headers: answer }) => {
        // Nothing follows what is already there. Should it not be the whole, its length or checksum will tell.
        isThere = status === 416 && String(answer['content-range']).endsWith(`/${offset}`)
        if (isThere) return new Writable({ write: (_, __, done) => done() })
        if (status === 416 && offset > 0)
          throw startAnew(part, 'HTTP status 416: the part at hand is longer than the file')
        if (status !== 200 && status !== 206) throw refuse(status, answer['retry-after'])
        const place = placement(status, answer, offset)
        if (!place)
          throw startAnew(part, `asked for bytes from ${offset}, got ${answer['content-range'] ?? 'no range'}`)
        const { start, total = bytes } = place
        if (bytes !== undefined && total !== bytes) throw wrongLength(bytes, total!)
        if (!isChecked) checkProvable(answer)
        const etag = strongTag(answer.etag)
        if (start > 0 && !isChecked && etag !== origin.etag) throw startAnew(part, `another ETag (${etag ?? 'none'})`)
        if (start === 0) Object.assign(origin, { url, etag })
        if (total !== undefined) checkRoom(part, total - start)
        sink = new Sink(options, start, total)
        return sink
      },
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (slow.signal.aborted) throw new TransferError(`slower than ${LEAST_SPEED} bytes per second`, { again: true })
    throw error instanceof TransferError ? error : networkError(error)
  } finally {
    slow.stop()
    sink?.close()
  }
  if (sink?.total !== undefined && sink.done !== sink.total)
    throw new TransferError(`ended after ${sink.done} of ${sink.total} bytes`, { again: true })
}

/** Aborts its signal when fewer bytes came in a period than the least speed gives. */
function watchSpeed(periodMs: number, done: () => number | undefined) {
  const controller = new AbortController()
  let before: number | undefined
  const timer = setInterval(() => {
    const now = done()
    if (now !== undefined && before !== undefined && now - before < (LEAST_SPEED * periodMs) / 1000) controller.abort()
    before = now
  }, periodMs)
  return { signal: controller.signal, stop: () => clearInterval(timer) }
}

const strongTag = (tag: unknown) => (typeof tag === 'string' && !tag.startsWith('W/') ? tag : undefined)

export const wrongLength = (expected: number, received: number) =>
  new TransferError(`${received} bytes instead of ${expected}`, { again: false })

/** Empties the part, so that the next try fetches the whole file. */
function startAnew(part: string, why: string): TransferError {
  closeSync(openSync(part, 'w'))
  return new TransferError(`${why}; starting from the first byte`, { again: true })
}

/**
 * The end of a part file. It writes at once and never asks its source to wait: undici 6 fails by an assertion that nothing
 * can catch when a connection is closed while it waits for a reader.
 */
class Sink extends Writable {
  done: number
  readonly total?: number
  readonly #part: string
  readonly #file: number
  readonly #onBytes: Transfer['onBytes']
  #looked = 0
  #isOpen = true

  constructor({ part, onBytes }: Transfer, start: number, total: number | undefined) {
    super({ highWaterMark: 2 ** 31 })
    this.#part = part
    this.#file = openSync(part, start === 0 ? 'w' : 'r+')
    this.#onBytes = onBytes
    this.done = start
    this.total = total
  }

  override _write(piece: Uint8Array, _: string, next: (error?: Error) => void): void {
    try {
      this.#append(piece)
      next()
    } catch (error) {
      next(error as Error)
    }
  }

  #append(piece: Uint8Array): void {
    const { total } = this
    if (total !== undefined && this.done + piece.length > total) throw wrongLength(total, this.done + piece.length)
    if (total === undefined && this.done - this.#looked >= LOOK_EVERY) {
      checkRoom(this.#part, ROOM_LEFT)
      this.#looked = this.done
    }
    for (let at = 0; at < piece.length; ) at += writeSync(this.#file, piece, at, piece.length - at, this.done + at)
    this.done += piece.length
    this.#onBytes(this.done, total)
  }

  /** Forces what has come to the disk. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    fsyncSync(this.#file)
    closeSync(this.#file)
  }
}
