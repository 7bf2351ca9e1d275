import {
  add,
  explain,
  fromBytes,
  type ImageModel,
  predict,
  type Reasons,
  remove,
  type Sample,
  toBytes,
} from '../index.ts'
import type { Answer } from '../predict.ts'
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

/** The model that the page works with; what is taught is kept in the browser before anybody is told. */
export class Session {
  readonly #original: ImageModel
  readonly #key: string
  readonly #listeners: (() => void)[] = []
  #images: ImageModel

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

  async predict(pictures: readonly Picture[]): Promise<Answer[]> {
    return predict(this.#images, rowsOf(pictures))
  }

  async explain(picture: Picture): Promise<Reasons> {
    const [reasons] = await explain(this.#images, rowsOf([picture]), { top: REASONS })
    return reasons
  }

  async teach(pictures: readonly Picture[], className: string): Promise<void> {
    const samples: Sample[] = pictures.map(({ name, thumbnail }) => ({ id: name, image: thumbnail }))
    await this.#become(await add(this.#images, rowsOf(pictures), className, samples))
  }

  async forget(row: number): Promise<void> {
    await this.#become(await remove(this.#images, [row]))
  }

  async load(bytes: Uint8Array, name: string): Promise<void> {
    await this.#become(fromBytes(this.#original, bytes, name))
  }

  async reset(): Promise<void> {
    await dropModel(this.#key)
    this.#images = this.#original
    this.#tell()
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return toBytes(this.#images)
  }

  async #become(images: ImageModel): Promise<void> {
    await keepModel(this.#key, toBytes(images))
    this.#images = images
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
