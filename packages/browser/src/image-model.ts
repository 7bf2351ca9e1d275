import { DataError } from '@dml-crc/core/errors'
import { parseJson } from '@dml-crc/core/json'
import { type Model, modelClasses, modelFromBytes } from '@dml-crc/metric'
import * as z from 'zod'
import { loadNetwork, type Network } from './network.ts'

/** What is known about a training image. */
export const Sample = z.object({
  id: z.string(),
  /** Address of a small picture of it. */
  image: z.string().optional(),
  /** Whether it came after the training. */
  taught: z.boolean().optional(),
})
export type Sample = Readonly<z.infer<typeof Sample>>

/**
 * All it takes to name what a picture shows. Only the network lives on the engine; model and samples are plain data, so that
 * `add` and `remove` give a new value and leave the old one as it was.
 */
export interface ImageModel {
  readonly network: Network
  /** Has names for its classes. */
  readonly model: Model & { readonly classNames: readonly string[] }
  /** [N] one for each training sample of the model; none for a model that keeps no samples. */
  readonly samples: readonly Sample[]
}

/** The model with names for its classes and its samples where it came without. */
export function named(network: Network, model: Model, samples?: readonly Sample[]): ImageModel {
  const { decision } = model
  const count = decision.kind === 'collaborative' ? decision.labels.length : 0
  const names = model.classNames ?? network.description.classNames
  const classNames = names ?? Array.from({ length: modelClasses(model) }, (_, label) => `class ${label + 1}`)
  const known = samples?.length === count ? samples : undefined
  return {
    network,
    model: { ...model, classNames },
    samples: known ?? Array.from({ length: count }, (_, row) => ({ id: `training image ${row + 1}` })),
  }
}

/** The bytes at an address, or undefined where there is nothing. */
async function fetched(url: URL): Promise<Uint8Array | undefined> {
  const response = await fetch(url).catch((cause) => {
    const received = (cause as Error).message
    throw new DataError(url.href, { expected: 'a file', received, remedy: 'Check the connection.' }, { cause })
  })
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
}

/**
 * Loads a model that `dml-crc export` or `dml-crc web` wrote: `tfjs/model.json`, `model.safetensors` and, where they are there,
 * `samples.json` and the small pictures that it names. Start an engine first, and dispose of the network at the end.
 * @param url of the folder, relative to the page
 * @throws {DataError} when a file is missing or damaged.
 */
export async function loadModel(
  url: string | URL,
  { onProgress }: { onProgress?: (fraction: number) => void } = {},
): Promise<ImageModel> {
  const folder = new URL(`${String(url).replace(/\/$/, '')}/`, document.baseURI)
  const file = new URL('model.safetensors', folder)
  const [bytes, samples] = await Promise.all([fetched(file), fetched(new URL('samples.json', folder))])
  if (!bytes) {
    const remedy = 'Name the folder that `dml-crc export` or `dml-crc web` wrote.'
    throw new DataError(file.href, { expected: 'a model', received: 'no file', remedy })
  }
  const model = modelFromBytes(bytes, file.href)
  const network = await loadNetwork(new URL('tfjs/model.json', folder), onProgress)
  return named(network, model, samples && readSamples(samples, folder))
}

/** The samples with their addresses whole. @throws as {@link parseSamples} */
function readSamples(bytes: Uint8Array, folder: URL): Sample[] {
  const parsed = parseSamples(new TextDecoder().decode(bytes), `${folder}samples.json`)
  return parsed.map((sample) => (sample.image ? { ...sample, image: new URL(sample.image, folder).href } : sample))
}

/**
 * A list of samples from its JSON.
 * @param what names the text in the error
 * @throws {DataError} for a text that is no list of samples.
 */
export const parseSamples = (text: string, what: string): Sample[] =>
  parseJson(text, z.array(Sample), what, 'a list of samples', 'Write the site again with `dml-crc web`.')
