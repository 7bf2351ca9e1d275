import { DataError, Prng, readSafetensors } from '@dml-crc/core'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { accuracy, type Matrix } from '@dml-crc/metric'
import { unknown } from '../command-line/usage.ts'
import { override } from '../experiment/override.ts'
import { isMethod, METHODS, makeClassifier, type Options } from './methods.ts'

interface ClassifyFile {
  fit: string
  method: string
  option: readonly string[]
  engine?: EngineName | 'auto'
  seed: string
}

/** Fits a method on the features and labels of one file and classifies those of another. */
export async function classifyFile(queries: string, { fit, method, option, engine, seed }: ClassifyFile) {
  if (!isMethod(method)) throw unknown('Unknown method', method, METHODS, 'See `dml-crc classify --help`.')
  const classifier = makeClassifier(method, option.reduce<Options>(override, {}), Prng.fromSeed(Number(seed)))
  const known = await readFeatures(fit)
  const asked = await readFeatures(queries)
  if (!known.labels) {
    throw new DataError(fit, {
      expected: 'a tensor «labels» beside «features»',
      received: 'none',
      remedy: 'Write the class of each row, 0 … C−1, as labels.',
    })
  }
  await loadEngine({ prefer: engine })
  const fitted = await classifier.fit(known.features, known.labels)
  try {
    const { labels } = await fitted.predict(asked.features)
    return { labels: Array.from(labels), accuracy: asked.labels && accuracy(labels, asked.labels) }
  } finally {
    fitted.dispose()
  }
}

async function readFeatures(file: string): Promise<{ features: Matrix; labels?: Int32Array }> {
  const { tensors } = await readSafetensors(file)
  const features = tensors.get('features')
  if (features?.shape.length !== 2) {
    throw new DataError(file, {
      expected: 'a tensor «features» of shape [N, d]',
      received: features ? `one of shape [${features.shape}]` : `tensors ${[...tensors.keys()].join(', ')}`,
      remedy: 'Write one, as `dml-crc features` does.',
    })
  }
  const labels = tensors.get('labels')
  const numbers = features.data as ArrayLike<number>
  return {
    features: { data: Float32Array.from(numbers), shape: features.shape as [number, number] },
    labels: labels && Int32Array.from(labels.data as ArrayLike<number>, Number),
  }
}
