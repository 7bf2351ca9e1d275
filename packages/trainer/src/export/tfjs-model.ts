import { join } from 'node:path'
import type { Description } from '@dml-crc/browser/description'
import { replaceFile, writeJsonAtomic } from '@dml-crc/core'
import type { Graph } from './graph.ts'
import type { Attribute } from './operations.ts'
import { type Precision, store } from './precision.ts'

const TYPE = { float32: 'DT_FLOAT', int32: 'DT_INT32' } as const

const WEIGHTS = 'weights.bin'

const shapeJson = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) })

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** An AttrValue in the JSON form of protocol buffers. */
function attributeJson(attribute: Attribute): object {
  if ('type' in attribute) return { type: TYPE[attribute.type] }
  if ('ints' in attribute) return { list: { i: attribute.ints.map(String) } }
  if ('int' in attribute) return { i: String(attribute.int) }
  if ('text' in attribute) return { s: base64(attribute.text) }
  return { b: attribute.flag }
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, f: (value: T, key: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]))

/**
 * Writes the graph as `model.json` and `weights.bin`, which `tf.loadGraphModel` reads in any browser.
 * @param description goes into the metadata of `model.json`
 * @param precision of the weights; float32 where left out
 */
export async function writeTfjsModel(
  folder: string,
  { nodes, constants, input, outputs }: Graph,
  { description, precision = 'float32' }: { description?: Description; precision?: Precision } = {},
): Promise<void> {
  const float = { type: TYPE.float32 }
  const typeOf = (data: Float32Array | Int32Array): keyof typeof TYPE =>
    data instanceof Float32Array ? 'float32' : 'int32'
  const stored = constants.map((constant) => ({ ...store(constant, precision), dtype: typeOf(constant.data) }))
  // Where steps and scales are kept apart, their product takes the name of the constant.
  const scaled = stored.flatMap(({ name, scales }) => (scales ? [{ name, scales }] : []))
  const kept = [
    ...stored.map(({ scales, name, ...rest }) => ({ ...rest, name: scales ? `${name}/steps` : name })),
    ...scaled.map(({ name, scales }) => ({
      name: `${name}/scales`,
      shape: [scales.length],
      bytes: new Uint8Array(scales.buffer),
      dtype: 'float32' as const,
      quantization: undefined,
    })),
  ]
  const node = [
    { name: input.name, op: 'Placeholder', attr: { dtype: float, shape: { shape: shapeJson(input.shape) } } },
    ...kept.map(({ name, dtype }) => ({ name, op: 'Const', attr: { dtype: { type: TYPE[dtype] } } })),
    ...scaled.map(({ name }) => ({ name, op: 'Mul', input: [`${name}/steps`, `${name}/scales`], attr: { T: float } })),
    ...nodes.map(({ name, op, inputs, attributes }) => ({
      name,
      op,
      input: inputs,
      attr: mapValues(attributes, attributeJson),
    })),
    ...Object.entries(outputs).map(([key, { node }]) => ({
      name: key,
      op: 'Identity',
      input: [node],
      attr: { T: float },
    })),
  ]
  const tensorJson = (name: string, shape: readonly number[]) => ({
    name: `${name}:0`,
    dtype: TYPE.float32,
    tensorShape: shapeJson(shape),
  })
  await replaceFile(join(folder, WEIGHTS), async (file) => {
    for (const { bytes } of kept) await file.writeFile(bytes)
  })
  await writeJsonAtomic(join(folder, 'model.json'), {
    format: 'graph-model',
    generatedBy: 'dml-crc',
    ...(description && { userDefinedMetadata: { dmlCrc: description } }),
    modelTopology: { node, versions: { producer: 1087 } },
    signature: {
      inputs: { [input.name]: tensorJson(input.name, input.shape) },
      outputs: mapValues(outputs, ({ shape }, key) => tensorJson(key, shape)),
    },
    weightsManifest: [
      {
        paths: [WEIGHTS],
        weights: kept.map(({ name, shape, dtype, quantization }) => ({
          name,
          shape,
          dtype,
          ...(quantization && { quantization }),
        })),
      },
    ],
  })
}
