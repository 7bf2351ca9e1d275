import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { type Origin, sizeOf, TransferError, transfer, wrongLength } from './download-transfer.ts'
import { DownloadError, InputError } from './errors.ts'
import { syncFolder } from './files/atomic-file.ts'
import { clearLock, withLock } from './files/lock.ts'
import type { OnProgress } from './progress.ts'

export interface DownloadOptions {
  /** Addresses of the same file, the preferred one first. */
  urls: readonly string[]
  /** Where the file goes. While it is incomplete it lies beside that, with `.part` at its end. */
  to: string
  bytes?: number
  /** In hexadecimal. With it a download is resumed even by a later process. */
  sha256?: string
  headers?: Record<string, string>
  signal?: AbortSignal
  onProgress?: OnProgress
  /** Rounds through the addresses after the first one. By default 4. */
  retries?: number
  /** How long to wait for a connection, for an answer and for its next bytes. By default 30 seconds. */
  timeoutMs?: number
  /** Forbids the network. By default whether `$DML_CRC_OFFLINE` is set and not 0. */
  offline?: boolean
}

/** The wait before the second round; each further one doubles it. */
const BACK_OFF_MS = 250

const PROGRESS_MS = 100

const DEFAULT_TIMEOUT_MS = 30_000

/**
 * Fetches a file over HTTP so that `to` is either absent or whole: what arrives is kept in a part file, checked,
 * forced to the disk and renamed. A cut download goes on where it stopped. Addresses are tried in order, again
 * after growing pauses. Proxies come from `$http_proxy`, `$https_proxy` and `$no_proxy`. Several processes may
 * ask for the same file: one fetches, the others wait. A file that is there and passes the checks is not fetched.
 * @throws {InputError} when there is no address, or one that is not HTTP.
 * @throws {DownloadError} when no address gave the file; it says what each of them did.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { urls, to, signal, offline = isOffline() } = options
  checkAddresses(urls)
  if (await isWhole(to, options)) return clearLock(`${to}.lock`)
  if (offline) {
    const remedy = 'Unset DML_CRC_OFFLINE, or put the file there.'
    throw new DownloadError(to, {
      expected: 'the file on disk',
      received: 'none, and the network is forbidden',
      remedy,
    })
  }
  signal?.throwIfAborted()
  await mkdir(dirname(to), { recursive: true })
  await withLock(
    `${to}.lock`,
    async () => {
      if (!(await isWhole(to, options))) await fetchFile(options)
    },
    {
      signal,
      onWait: () => {
        const text = 'another process is fetching it: waiting for that'
        options.onProgress?.({ kind: 'note', task: `download ${basename(to)}`, text })
      },
    },
  )
}

const isOffline = () => !['', '0', undefined].includes(process.env.DML_CRC_OFFLINE)

function checkAddresses(urls: readonly string[]): void {
  const wrong = urls.find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url))
  if (urls.length > 0 && wrong === undefined) return
  const received = wrong === undefined ? 'none' : `'${wrong}'`
  throw new InputError('urls', { expected: 'http or https addresses', received, remedy: 'Pass at least one.' })
}

/** An address as it may be shown: without name and password. */
function shown(url: string): string {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  return copy.href
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece)
  return hash.digest('hex')
}

async function isWhole(path: string, { bytes, sha256 }: DownloadOptions): Promise<boolean> {
  const size = await sizeOf(path)
  if (size === 0 || (bytes !== undefined && size !== bytes)) return false
  return sha256 === undefined || (await sha256Of(path)) === sha256.toLowerCase()
}

async function fetchFile(options: DownloadOptions): Promise<void> {
  const { to, timeoutMs = DEFAULT_TIMEOUT_MS, onProgress, bytes } = options
  const part = `${to}.part`
  // Loaded here, for most programs that use this package download nothing.
  const { EnvHttpProxyAgent, interceptors } = await import('undici')
  const proxied = new EnvHttpProxyAgent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  })
  const task = `download ${basename(to)}`
  onProgress?.({ kind: 'start', task, total: bytes, unit: 'bytes' })
  try {
    await rounds(options, part, proxied.compose(interceptors.redirect({ maxRedirections: 5 })), task)
    await rename(part, to)
    await syncFolder(dirname(to))
  } finally {
    await proxied.destroy()
  }
  onProgress?.({ kind: 'end', task })
}

/** Goes through the addresses until one has given the whole file. */
async function rounds(options: DownloadOptions, part: string, dispatcher: Dispatcher, task: string): Promise<void> {
  const { to, retries = 4, signal } = options
  const reasons = new Map<string, string>()
  const origin: Origin = {}
  let left = [...options.urls]
  for (let round = 0; round <= retries && left.length > 0; round++) {
    let waitMs = BACK_OFF_MS * 2 ** round
    for (const url of left) {
      try {
        return await fetchWhole(options, url, part, origin, dispatcher, task)
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof TransferError)) throw error
        reasons.set(url, error.message)
        if (!error.again) left = left.filter((other) => other !== url)
        waitMs = Math.max(waitMs, error.waitMs)
        options.onProgress?.({ kind: 'note', task, text: `${shown(url)}: ${error.message}` })
      }
    }
    if (round < retries && left.length > 0) await sleep(waitMs, undefined, { signal })
  }
  throw new DownloadError(to, {
    expected: 'the file from one of its addresses',
    received: [...reasons].map(([url, reason]) => `${reason} from ${shown(url)}`).join('; '),
    remedy: 'Check the network and the proxy settings, then run it again: what has arrived is kept.',
  })
}

async function fetchWhole(
  { bytes, sha256, headers = {}, signal, onProgress, timeoutMs = DEFAULT_TIMEOUT_MS }: DownloadOptions,
  url: string,
  part: string,
  origin: Origin,
  dispatcher: Dispatcher,
  task: string,
): Promise<void> {
  // Without a checksum only the same answer, known by its ETag, can be completed.
  if (sha256 === undefined && !(origin.etag && origin.url === url)) await rm(part, { force: true })
  const resumed = (await sizeOf(part)) > 0
  let shownAt = 0
  await transfer({
    url,
    part,
    bytes,
    isChecked: sha256 !== undefined,
    timeoutMs,
    origin,
    headers,
    dispatcher,
    signal,
    onBytes(done, total) {
      if (Date.now() - shownAt < PROGRESS_MS) return
      shownAt = Date.now()
      onProgress?.({ kind: 'advance', task, done, total })
    },
  })
  const size = await sizeOf(part)
  if (bytes !== undefined && size !== bytes) {
    await rm(part, { force: true })
    throw wrongLength(bytes, size)
  }
  if (sha256 === undefined) return
  const received = await sha256Of(part)
  if (received === sha256.toLowerCase()) return
  await rm(part, { force: true })
  throw new TransferError(`sha256 ${received} instead of ${sha256}`, { again: resumed })
}
