import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DataError, EngineError, InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { FeatureNetwork } from '../feature-network.ts'
import { checkedNames, describeParts, partsOf } from '../feature-parts.ts'
import { averagePool } from '../pools.ts'
import { applyPreprocessing, checkImages, preprocessingId, shortSideFor } from '../preprocessing.ts'
import { assembled, DEFAULT_PREPROCESSING, type OwnNetworkOptions, sideOf } from './own-network.ts'

/** The optional library that runs ONNX files; it is loaded only here. */
async function library(): Promise<typeof import('onnxruntime-node')> {
  try {
    const loaded = await import('onnxruntime-node')
    return 'InferenceSession' in loaded ? loaded : (loaded as { default: typeof loaded }).default
  } catch (cause) {
    throw new EngineError(
      'ONNX',
      {
        expected: 'the package onnxruntime-node',
        received: (cause as Error).message.split('\n')[0],
        remedy: 'Run `npm install --ignore-scripts onnxruntime-node`; its scripts fetch only what GPUs need.',
      },
      { cause },
    )
  }
}

/**
 * Takes features by a network in an ONNX file, run by onnxruntime-node on the CPU: one input, [B, 3, H, W] or [B, H, W, 3], and an
 * output that is [B, d] or a map in the same order. It cannot be trained.
 * @throws {EngineError} when onnxruntime-node is not installed.
 * @throws {DataError} when the file is none that it can run.
 * @throws {InputError} when its input or output has another shape.
 */
export async function onnxFeatures(path: string, options: OwnNetworkOptions = {}): Promise<FeatureNetwork> {
  const { name = basename(path, '.onnx'), preprocessing = DEFAULT_PREPROCESSING, pools = [averagePool] } = options
  const runtime = await library()
  const bytes = await readFile(path).catch((cause) => {
    const remedy = 'Check the path.'
    throw new DataError(path, { expected: 'an ONNX file', received: cause.code, remedy }, { cause })
  })
  const session = await runtime.InferenceSession.create(bytes).catch((cause) => {
    const remedy = 'Export the network again, without external data.'
    throw new DataError(path, { expected: 'an ONNX network', received: cause.message, remedy }, { cause })
  })
  const { input, channelsFirst, side, fixedBatch } = inputOf(name, session.inputMetadata)
  const layers = outputsOf(name, session.outputNames, options.layers)
  const inputSize = sideOf(name, side, options.inputSize)

  async function run(images: tf.Tensor4D): Promise<tf.Tensor2D> {
    const ordered = tf.tidy(() => (channelsFirst ? tf.transpose(images, [0, 3, 1, 2]) : tf.clone(images)))
    const data = (await ordered.data()) as Float32Array
    const found = await session.run({ [input]: new runtime.Tensor('float32', data, ordered.shape) }, [...layers])
    ordered.dispose()
    return tf.tidy(() =>
      assembled(
        layers.map((layer) => arranged(layer, found[layer])),
        pools,
      ),
    )
  }

  /** An output as features [B, d] or a map [B, H, W, C]. */
  function arranged(layer: string, { data, dims }: { data: unknown; dims: readonly number[] }): tf.Tensor {
    const output = tf.tensor(data as Float32Array, [...dims])
    if (output.rank === 2) return output
    if (output.rank === 4) return channelsFirst ? tf.transpose(output, [0, 2, 3, 1]) : output
    throw new InputError(`layers of ${name}`, {
      expected: 'outputs with two or four axes',
      received: `${layer} with [${output.shape}]`,
      remedy: `Choose one of ${session.outputNames.join(', ')}, or export the network with a pooled output.`,
    })
  }

  async function features(images: tf.Tensor4D): Promise<tf.Tensor2D> {
    checkImages(images, inputSize)
    const ready = applyPreprocessing(images, preprocessing)
    const [batch] = ready.shape
    const step = fixedBatch ?? batch
    const parts: tf.Tensor2D[] = []
    for (let start = 0; start < batch; start += step) {
      const part = tf.slice(ready, start, Math.min(step, batch - start))
      // A network for batches of one size gets the last one filled up.
      const whole = tf.tidy(() => tf.pad4d(part, [[0, step - part.shape[0]], [0, 0], [0, 0], [0, 0]])) // biome-ignore format: one line reads better
      const output = await run(whole)
      parts.push(tf.tidy(() => tf.slice(output, 0, part.shape[0])))
      tf.dispose([part, whole, output])
    }
    const all = tf.tidy(() => tf.concat(parts, 0))
    tf.dispose([ready, ...parts])
    return all
  }

  const probe = tf.zeros([1, inputSize, inputSize, 3], 'int32') as tf.Tensor4D
  const first = await features(probe)
  const featureSize = first.shape[1]
  tf.dispose([probe, first])
  return {
    record: { name },
    layer: describeParts(partsOf(options.layers ?? ['output'], pools), averagePool),
    featureSize,
    inputSize,
    weightsId: createHash('sha256').update(bytes).digest('hex'),
    view: { shortSide: shortSideFor(preprocessing, inputSize), interpolation: preprocessing.interpolation },
    preprocessingId: preprocessingId(preprocessing),
    variables: new Map(),
    features,
    dispose: () => void session.release(),
  }
}

type Metadata = import('onnxruntime-node').InferenceSession['inputMetadata']

/** What the file says about its input: sizes that may change are texts there. */
function inputOf(name: string, metadata: Metadata) {
  const [first] = metadata
  if (metadata.length === 1 && first.isTensor && first.type === 'float32' && first.shape.length === 4) {
    const [batch, second, , last] = first.shape
    if (second === 3 || last === 3) {
      const channelsFirst = second === 3
      const side = channelsFirst ? last : second
      return {
        input: first.name,
        channelsFirst,
        side: typeof side === 'number' ? side : undefined,
        fixedBatch: typeof batch === 'number' ? batch : undefined,
      }
    }
  }
  throw new InputError(name, {
    expected: 'one input of float32, [images, 3, height, width] or [images, height, width, 3]',
    received: metadata.map((each) => `${each.name} [${each.isTensor ? each.shape : ''}]`).join(', '),
    remedy: 'Export the network from images to features.',
  })
}

function outputsOf(name: string, names: readonly string[], asked = [names[0]] as readonly string[]): readonly string[] {
  checkedNames('layers', asked)
  const unknown = asked.find((layer) => !names.includes(layer))
  if (unknown === undefined) return asked
  throw new InputError(`layers of ${name}`, {
    expected: `one of ${names.join(', ')}`,
    received: unknown,
    remedy: 'Choose one of these outputs.',
  })
}
