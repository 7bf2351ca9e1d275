import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  DataError,
  DownloadError,
  download,
  homeFolder,
  type OnProgress,
  readJson,
  writeJsonAtomic,
} from '@dml-crc/core'
import { z } from 'zod'
import type { HubFile, WeightsTag } from '../record.ts'

const SHA256 = /^[0-9a-f]{64}$/

/** What the hub says of a file that it stores by its checksum. */
const Pointer = z.object({ sha256: z.string().regex(SHA256), bytes: z.int().positive().optional() })
type Pointer = z.infer<typeof Pointer>

const TIMEOUT_MS = 30_000

const isOffline = () => /^(1|on|yes|true)$/i.test(process.env.HF_HUB_OFFLINE ?? '')

function addressOf({ repository, file }: HubFile): string {
  const endpoint = process.env.HF_ENDPOINT || 'https://huggingface.co'
  return `${endpoint.replace(/\/+$/, '')}/${repository}/resolve/main/${file}`
}

function authorisation(): Record<string, string> {
  const token = process.env.HF_TOKEN
  return token ? { authorization: `Bearer ${token}` } : {}
}

const pointerFile = ({ repository, file }: HubFile) => homeFolder('weights', 'hub', repository, `${file}.json`)

const cachedFile = (sha256: string) => homeFolder('weights', sha256, 'model.safetensors')

/** The path of a tag's file where an earlier {@link fetchWeights} has left it, without asking the network. */
export function cachedWeights({ sources, sha256 }: Pick<WeightsTag, 'sources' | 'sha256'>): string | undefined {
  const known = sources.map((source) => sha256 ?? knownPointer(source)?.sha256)
  return known.flatMap((sum) => (sum && existsSync(cachedFile(sum)) ? [cachedFile(sum)] : []))[0]
}

/** What the hub said of a file when it was last asked; none where that was not kept, or is damaged: then it is asked again. */
function knownPointer(source: HubFile): Pointer | undefined {
  const path = pointerFile(source)
  if (!existsSync(path)) return undefined
  try {
    return readJson(path, Pointer, 'what the hub said of a file', 'Remove it.')
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/** The hub answers with the checksum and size of a large file before it redirects to its storage. */
async function askHub(source: HubFile): Promise<Pointer> {
  const url = addressOf(source)
  const remedy = 'Check the network, HF_ENDPOINT and HF_TOKEN, or pass the path of a file of weights.'
  const expected = 'an answer with the sha256 of the file'
  // Loaded here: most programs have their weights already.
  const { EnvHttpProxyAgent, request } = await import('undici')
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: TIMEOUT_MS }, headersTimeout: TIMEOUT_MS })
  try {
    const { statusCode, headers } = await request(url, { method: 'HEAD', headers: authorisation(), dispatcher })
    const sha256 = String(headers['x-linked-etag'] ?? '').replaceAll('"', '')
    const size = Number(headers['x-linked-size'])
    if (statusCode < 400 && SHA256.test(sha256)) return { sha256, bytes: size || undefined }
    const received = statusCode < 400 ? 'none in X-Linked-ETag' : `status ${statusCode}`
    throw new DownloadError(url, { expected, received, remedy })
  } catch (cause) {
    if (cause instanceof DownloadError) throw cause
    throw new DownloadError(url, { expected, received: (cause as Error).message, remedy }, { cause })
  } finally {
    await dispatcher.destroy()
  }
}

async function pointerOf(source: HubFile): Promise<Pointer> {
  const known = knownPointer(source)
  if (known) return known
  const path = pointerFile(source)
  const pointer = await askHub(source)
  await mkdir(dirname(path), { recursive: true })
  await writeJsonAtomic(path, pointer)
  return pointer
}

async function fetchFrom(source: HubFile, expected: string | undefined, onProgress?: OnProgress): Promise<string> {
  const cached = cachedWeights({ sources: [source], sha256: expected })
  if (cached) return cached
  if (isOffline()) {
    throw new DownloadError(`${source.repository}/${source.file}`, {
      expected: 'the file in the cache',
      received: 'none, and HF_HUB_OFFLINE forbids the network',
      remedy: 'Unset HF_HUB_OFFLINE, or pass the path of a file of weights.',
    })
  }
  const { sha256, bytes } = expected ? { sha256: expected, bytes: undefined } : await pointerOf(source)
  const to = cachedFile(sha256)
  await download({ urls: [addressOf(source)], to, sha256, bytes, headers: authorisation(), onProgress })
  return to
}

/**
 * The path of a tag's file, fetched from the Hugging Face hub if it is not in the cache: resumed after a cut, verified
 * by its SHA-256, safe when several processes ask at once. `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` are honoured.
 * @throws {DownloadError} when no source gives the file; it says what the last of them did.
 */
export async function fetchWeights({ sources, sha256 }: WeightsTag, onProgress?: OnProgress): Promise<string> {
  let failure: unknown
  for (const source of sources) {
    try {
      return await fetchFrom(source, sha256, onProgress)
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error
      failure = error
    }
  }
  throw failure
}
