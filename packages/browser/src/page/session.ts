import {
  type Answer,
  add,
  fromBytes,
  type ImageModel,
  type OpenImageModel,
  openImageModel,
  type Reasons,
  remove,
  type Sample,
  toBytes,
} from '../index.ts'
import type { Picture } from './picture.ts'
import { dropModel, keepModel, keptModel } from './taught-store.ts'

/** The features of pictures, [B, d]. */
function rowsOf(pictures: readonly Picture[]) {
  const width = pictures[0].features.length
  const data = new Float32Array(pictures.length * width)
  for (const [i, { features }] of pictures.entries()) data.set(features, i * width)
  return { data, shape: [pictures.length, width] as const }
}

/** Training images that are shown with an answer. */
const REASONS = 6

/**
 * The model that the page works with; what is taught is kept in the browser before the page shows it. Requests are handled
 * one after the other, so that nothing is taught to a model that another lesson has replaced meanwhile.
 */
export class Session {
  readonly #original: ImageModel
  readonly #key: string
  readonly #listeners: (() => void)[] = []
  #images: ImageModel
  /** The same on the engine, once it is asked. */
  #open: OpenImageModel | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(original: ImageModel) {
    this.#original = original
    this.#images = original
    const { network } = original.network.description
    // Another site under the same address has another network or other training images.
    this.#key = `${location.pathname} ${network.id} ${original.samples.length}`
  }

  get images(): ImageModel {
    return this.#images
  }

  get isTaught(): boolean {
    return this.#images !== this.#original
  }

  /** Whether the model has training images to explain by, and can learn. */
  get explains(): boolean {
    return this.#images.model.decision.kind === 'collaborative'
  }

  /** Calls `listener` whenever the model has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Takes up what was taught here before. */
  async restore(): Promise<void> {
    const bytes = await keptModel(this.#key)
    if (bytes) this.#images = fromBytes(this.#original, bytes, 'the model that was taught here before')
  }

  /** Makes ready what the first photo would wait for. */
  warmUp(): Promise<void> {
    return this.#inTurn(async () => {
      this.#opened()
      await this.#images.network.warmUp()
    })
  }

  predict(pictures: readonly Picture[]): Promise<Answer[]> {
    return this.#inTurn(() => this.#opened().predict(rowsOf(pictures)))
  }

  async explain(picture: Picture): Promise<Reasons> {
    const [reasons] = await this.#inTurn(() => this.#opened().explain(rowsOf([picture]), { top: REASONS }))
    return reasons
  }

  teach(pictures: readonly Picture[], className: string): Promise<void> {
    const samples: Sample[] = pictures.map(({ name, thumbnail }) => ({ id: name, image: thumbnail }))
    return this.#inTurn(async () => this.#keep(await add(this.#images, rowsOf(pictures), className, samples)))
  }

  forget(row: number): Promise<void> {
    return this.#inTurn(async () => this.#keep(await remove(this.#images, [row])))
  }

  load(bytes: Uint8Array, name: string): Promise<void> {
    return this.#inTurn(async () => this.#keep(fromBytes(this.#original, bytes, name)))
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await dropModel(this.#key)
      this.#become(this.#original)
    })
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return toBytes(this.#images)
  }

  #opened(): OpenImageModel {
    this.#open ??= openImageModel(this.#images)
    return this.#open
  }

  async #keep(images: ImageModel): Promise<void> {
    await keepModel(this.#key, toBytes(images))
    this.#become(images)
  }

  #become(images: ImageModel): void {
    this.#open?.dispose()
    this.#open = undefined
    this.#images = images
    for (const listener of this.#listeners) listener()
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#last.then(action)
    this.#last = done.catch(() => {})
    return done
  }
}
