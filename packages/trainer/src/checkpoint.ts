import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  DataError,
  type HostTensor,
  parseJson,
  readSafetensors,
  type Snapshot,
  sweepLeftovers,
  unwritable,
  writeFileAtomic,
  writeSafetensors,
} from '@dml-crc/core'
import { z } from 'zod'

/** Everything that decides how a run goes on, by the name of the part. */
export type RunState = ReadonlyMap<string, Snapshot>

/** `latest` and the generation before it, `previous`; `best` by the monitored value. */
export type CheckpointKind = 'latest' | 'previous' | 'best'

const Manifest = z.looseObject({
  schema: z.number(),
  step: z.int().min(0),
  /** The file of the tensors. */
  data: z.looseObject({ file: z.string().regex(/^[^/\\]+$/), sha256: z.string() }),
  parts: z.record(z.string(), z.unknown()),
})
type Manifest = z.infer<typeof Manifest>

export interface LoadedCheckpoint {
  step: number
  parts: RunState
}

const SCHEMA = 1

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * The checkpoints of one run, in one folder: `latest.json`, `previous.json` and `best.json`, each with the digest of
 * its own text and of the safetensors file that it names. Manifests are replaced only after their tensors are on the
 * disk, and no tensors that a manifest names are ever removed, so a process may die at any moment.
 */
export class CheckpointFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  #manifest(kind: CheckpointKind): string {
    return join(this.path, `${kind}.json`)
  }

  /** Writes a checkpoint; of `latest`, the one before it stays as `previous`. */
  async save(kind: 'latest' | 'best', step: number, parts: RunState): Promise<void> {
    const file = `${kind}-${String(step).padStart(8, '0')}-${process.pid}-${Date.now().toString(36)}.safetensors`
    const path = join(this.path, file)
    const tensors: [string, HostTensor][] = []
    for (const [part, snapshot] of parts) {
      for (const [name, tensor] of snapshot.tensors) tensors.push([`${part}/${name}`, tensor])
    }
    try {
      await writeSafetensors(path, tensors, { step: String(step) })
      const manifest: Manifest = {
        schema: SCHEMA,
        step,
        data: { file, sha256: await sha256(path) },
        parts: Object.fromEntries([...parts].map(([part, { json }]) => [part, json])),
      }
      const text = JSON.stringify(manifest)
      if (kind === 'latest') await this.#keepPrevious()
      await writeFileAtomic(this.#manifest(kind), `${text}\n${digestOf(text)}\n`)
    } catch (error) {
      await rm(path, { force: true })
      throw unwritable(this.path, error)
    }
    await this.#removeUnnamed()
  }

  async #keepPrevious(): Promise<void> {
    const latest = await readFile(this.#manifest('latest')).catch(() => undefined)
    // A damaged newest manifest must not push out the older one, which is then the only good one.
    if (latest && parseManifest(latest.toString())) await writeFileAtomic(this.#manifest('previous'), latest)
  }

  /** Tensors that no manifest names are what a superseded or an interrupted save left. */
  async #removeUnnamed(): Promise<void> {
    await sweepLeftovers(this.path)
    const named = new Set<string>()
    for (const kind of ['latest', 'previous', 'best'] as const) {
      const text = await readFile(this.#manifest(kind), 'utf8').catch(() => '')
      const manifest = parseManifest(text)
      if (manifest) named.add(manifest.data.file)
    }
    for (const file of await readdir(this.path)) {
      if (file.endsWith('.safetensors') && !named.has(file)) await rm(join(this.path, file), { force: true })
    }
  }

  /** Whether there is anything to resume from. */
  async isEmpty(): Promise<boolean> {
    const files = await readdir(this.path).catch(() => [] as string[])
    return !files.some((file) => file === 'latest.json' || file === 'previous.json')
  }

  /**
   * One checkpoint, verified.
   * @throws {DataError} when it is missing or damaged.
   */
  async load(kind: CheckpointKind): Promise<LoadedCheckpoint> {
    const path = this.#manifest(kind)
    const damaged = (received: string, cause?: unknown) => {
      const remedy = 'Resume from another checkpoint, or start a new run in an empty folder.'
      return new DataError(path, { expected: 'a whole checkpoint', received, remedy }, { cause })
    }
    const text = await readFile(path, 'utf8').catch((cause) => {
      throw damaged(cause.code, cause)
    })
    const manifest = parseManifest(text)
    if (!manifest) throw damaged('a manifest that does not match its digest')
    if (manifest.schema !== SCHEMA) throw damaged(`one of schema ${manifest.schema}, this version reads ${SCHEMA}`)
    const data = join(this.path, manifest.data.file)
    const digest = await sha256(data).catch((cause) => {
      throw damaged(`${manifest.data.file}: ${cause.code}`, cause)
    })
    if (digest !== manifest.data.sha256) throw damaged(`${manifest.data.file} with other bytes than were written`)
    const { tensors } = await readSafetensors(data)
    const parts = new Map<string, { json: unknown; tensors: Map<string, HostTensor> }>()
    for (const [part, json] of Object.entries(manifest.parts)) parts.set(part, { json, tensors: new Map() })
    for (const [name, tensor] of tensors) {
      const slash = name.indexOf('/')
      parts.get(name.slice(0, slash))?.tensors.set(name.slice(slash + 1), tensor)
    }
    return { step: manifest.step, parts }
  }

  /**
   * The newest whole checkpoint; a damaged one is reported to `onNote` and the older one taken.
   * @throws {DataError} when there are checkpoints and none is whole.
   */
  async loadNewest(onNote: (text: string) => void): Promise<LoadedCheckpoint | undefined> {
    if (await this.isEmpty()) return undefined
    try {
      return await this.load('latest')
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      onNote(`The newest checkpoint is damaged, the one before it is taken. ${error.message}`)
      return await this.load('previous')
    }
  }
}

/** Nothing where the text does not match its digest, or is not of a checkpoint. */
function parseManifest(text: string): Manifest | undefined {
  const [line, digest] = text.split('\n')
  if (!digest || digestOf(line) !== digest) return undefined
  try {
    return parseJson(line, Manifest, 'a checkpoint', 'its manifest', 'Resume from another checkpoint.')
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}
