import { availableParallelism } from 'node:os'
import { InputError, Prng, type PrngState } from '@dml-crc/core'
import { checkWhole } from '@dml-crc/core/numbers'
import type { ImageRecord } from '../dataset.ts'
import { ImageCache } from '../images/cache.ts'
import { decode } from '../images/decode.ts'
import { limiter } from '../limiter.ts'
import type { Transform } from '../transforms/transform.ts'
import type { Mix, Mixed } from './mix.ts'
import { type Sampler, sequential } from './samplers.ts'

export interface Batch {
  /** RGB bytes, [B, H, W, 3]. */
  images: Uint8Array
  shape: [batch: number, height: number, width: number, channels: number]
  labels: Int32Array
  /** Where each sample's record stands among those given to the loader. */
  indices: Int32Array
  /** Where the images are mixed: their other parts. */
  mixed?: Mixed
}

export interface LoaderOptions {
  batchSize: number
  transform: Transform
  /** Decides the order and the random views. Only split from, never advanced. By default seed 0. */
  prng?: Prng
  /** By default {@link sequential}. */
  sampler?: Sampler
  /** Mixes the images of each batch, as {@link mixup} does; a batch of one image stays as it is. */
  mix?: Mix
  /** Batches decoded ahead of the one in use. By default 2. */
  prefetch?: number
  /**
   * Cores to keep busy. By default all. Two images for each are in work at once, so that one is read or resized while
   * the other is decoded. The batches do not depend on it.
   */
  workers?: number
  /** What a file that cannot be decoded does: end the iteration, or be left out and listed in `skipped`. */
  onError?: 'throw' | 'skip'
  signal?: AbortSignal
  /**
   * A folder that keeps each image decoded and reduced to the short side that the transform needs: for repeated epochs.
   * Random views are then cut from the reduced image. Takes about 3 · side² · 1.4 bytes per image. A loader looks once
   * at each file: one that changes afterwards is decoded again by the next loader.
   */
  cache?: string
}

/** Where an iteration stands, as plain JSON: `position` samples of `epoch` have been handed out. */
export interface LoaderState {
  epoch: number
  position: number
  prng: PrngState
}

export interface Loader extends AsyncIterable<Batch> {
  /** Batches in the present epoch. */
  readonly batches: number
  /** The files left out so far, with the error of each. */
  readonly skipped: readonly { record: ImageRecord; error: unknown }[]
  state(): LoaderState
  /**
   * Makes the next iteration go on where the loader stood that gave `state`.
   * @throws {InputError} when the state is not of a loader over as many records.
   */
  restore(state: LoaderState): void
}

/**
 * Batches of decoded images. Each `for await` hands out the rest of the present epoch, so that one begun after a
 * `break` or a {@link Loader.restore} neither repeats nor loses a sample, and one begun after a whole epoch hands out
 * the next. The same records, options and seed give the same bytes, whatever the number of workers.
 * @throws {InputError} when there are no records, or a number is out of range.
 * @throws {DataError} while iterating, when an image cannot be decoded and `onError` is not 'skip'.
 */
export function createLoader(records: readonly ImageRecord[], options: LoaderOptions): Loader {
  return new ImageLoader(records, options)
}

/** A batch on its way, with the samples that are left out of it. */
interface Loaded {
  batch: Batch
  skipped: Loader['skipped']
}

class ImageLoader implements Loader {
  readonly skipped: { record: ImageRecord; error: unknown }[] = []
  readonly #records: readonly ImageRecord[]
  readonly #labels: Int32Array
  readonly #options: Required<Omit<LoaderOptions, 'signal' | 'prng' | 'cache' | 'mix'>> &
    Pick<LoaderOptions, 'signal' | 'mix'>
  readonly #cache?: ImageCache
  #prng: Prng
  #epoch = 0
  #position = 0
  #order: Int32Array
  #iterating = false

  constructor(
    records: readonly ImageRecord[],
    {
      prng = Prng.fromSeed(0),
      sampler = sequential,
      prefetch = 2,
      workers = availableParallelism(),
      onError = 'throw',
      cache,
      ...rest
    }: LoaderOptions,
  ) {
    if (records.length === 0) {
      throw new InputError('records', { expected: 'at least one', received: 'none', remedy: 'Pass a split.' })
    }
    checkWhole('batchSize', rest.batchSize, 1)
    checkWhole('prefetch', prefetch, 0)
    checkWhole('workers', workers, 1)
    this.#records = records
    this.#labels = Int32Array.from(records, ({ label }) => label)
    this.#cache = cache ? new ImageCache(cache) : undefined
    this.#options = { sampler, prefetch, workers, onError, ...rest }
    this.#prng = Prng.fromState(prng.state())
    this.#order = this.#orderOfEpoch()
  }

  get batches(): number {
    return Math.ceil(this.#order.length / this.#options.batchSize)
  }

  state(): LoaderState {
    return { epoch: this.#epoch, position: this.#position, prng: this.#prng.state() }
  }

  restore({ epoch, position, prng }: LoaderState): void {
    checkWhole('epoch', epoch, 0)
    this.#prng = Prng.fromState(prng)
    this.#epoch = epoch
    this.#order = this.#orderOfEpoch()
    if (!(Number.isInteger(position) && position >= 0 && position < this.#order.length)) {
      const expected = `a whole number below the epoch's ${this.#order.length} samples`
      const remedy = 'Restore into a loader over the same records.'
      throw new InputError('position', { expected, received: String(position), remedy })
    }
    this.#position = position
  }

  #orderOfEpoch(): Int32Array {
    return this.#options.sampler(this.#labels, this.#prng.split(`order of epoch ${this.#epoch}`))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#iterating) {
      const remedy = 'Create a second loader.'
      throw new InputError('loader', { expected: 'one iteration at a time', received: 'a second', remedy })
    }
    this.#iterating = true
    const { batchSize, prefetch, workers, signal } = this.#options
    const order = this.#order
    const stopped = new AbortController()
    const stop = signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal
    const limit = limiter(2 * workers)
    const ahead: Promise<Loaded>[] = []
    let next = this.#position
    try {
      while (ahead.length > 0 || next < order.length) {
        for (; ahead.length <= prefetch && next < order.length; next += batchSize) {
          const batch = this.#load(next, limit, stop)
          // Its error is met when its turn comes; until then it must not count as unhandled.
          batch.catch(() => {})
          ahead.push(batch)
        }
        const { batch, skipped } = await ahead.shift()!
        stop.throwIfAborted()
        this.#advance()
        this.skipped.push(...skipped)
        if (batch.indices.length > 0) yield batch
      }
    } finally {
      stopped.abort()
      await Promise.allSettled(ahead)
      this.#iterating = false
    }
  }

  #advance(): void {
    this.#position = Math.min(this.#position + this.#options.batchSize, this.#order.length)
    if (this.#position < this.#order.length) return
    this.#epoch++
    this.#position = 0
    this.#order = this.#orderOfEpoch()
  }

  async #load(start: number, limit: ReturnType<typeof limiter>, stop: AbortSignal): Promise<Loaded> {
    const { batchSize, transform, onError } = this.#options
    const { size } = transform
    const bytes = size * size * 3
    const indices = this.#order.slice(start, start + batchSize)
    // Every byte is written or left out, so that none needs to be cleared.
    const images = new Uint8Array(Buffer.allocUnsafeSlow(indices.length * bytes).buffer)
    const epoch = this.#prng.split(`views of epoch ${this.#epoch}`)
    const errors = new Map<number, unknown>()
    await Promise.all(
      Array.from(indices, (index, i) =>
        limit(async () => {
          stop.throwIfAborted()
          const out = images.subarray(i * bytes, (i + 1) * bytes)
          try {
            await decode(this.#records[index], transform, epoch.split(start + i), out, this.#cache)
          } catch (error) {
            if (onError === 'throw') throw error
            errors.set(i, error)
          }
        }),
      ),
    )
    // In the order of the samples, whichever failed first.
    const failed = [...errors.keys()].sort((a, b) => a - b)
    const batch = failed.length === 0 ? this.#batch(images, indices) : this.#without(errors, images, indices)
    return {
      batch: this.#mixed(batch, this.#prng.split(`mix of epoch ${this.#epoch}`).split(start)),
      skipped: failed.map((i) => ({ record: this.#records[indices[i]], error: errors.get(i) })),
    }
  }

  #mixed(batch: Batch, prng: Prng): Batch {
    const { mix } = this.#options
    const { images, shape, labels } = batch
    if (!mix || labels.length < 2) return batch
    const share = mix.apply(images, shape[1], prng)
    return { ...batch, mixed: { labels: labels.map((_, i) => labels.at(i - 1)!), share } }
  }

  #batch(images: Uint8Array, indices: Int32Array): Batch {
    const { size } = this.#options.transform
    return { images, shape: [indices.length, size, size, 3], labels: indices.map((i) => this.#labels[i]), indices }
  }

  #without(errors: ReadonlyMap<number, unknown>, images: Uint8Array, indices: Int32Array): Batch {
    const bytes = images.length / indices.length
    const kept = [...indices.keys()].filter((i) => !errors.has(i))
    for (const [to, from] of kept.entries()) images.copyWithin(to * bytes, from * bytes, (from + 1) * bytes)
    return this.#batch(
      images.slice(0, kept.length * bytes),
      Int32Array.from(kept, (i) => indices[i]),
    )
  }
}
