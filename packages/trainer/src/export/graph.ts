import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { type Attribute, operationOf } from './operations.ts'

/** A node of a TensorFlow graph. */
interface GraphNode {
  name: string
  op: string
  inputs: string[]
  attributes: Record<string, Attribute>
}

/** A constant of the graph: what the network has learned, or a number that its code has. */
export interface Constant {
  name: string
  shape: number[]
  data: Float32Array | Int32Array
}

/** A computation as TensorFlow describes it, in an order in which every node comes after its inputs. */
export interface Graph {
  nodes: readonly GraphNode[]
  constants: readonly Constant[]
  input: { name: string; shape: (number | -1)[] }
  outputs: Readonly<Record<string, { node: string; shape: (number | -1)[] }>>
}

interface Call {
  kernel: string
  inputs: Record<string, tf.Tensor | tf.Tensor[]>
  attributes: Record<string, unknown>
  output: tf.Tensor
}

type Compute = (images: tf.Tensor4D) => Readonly<Record<string, tf.Tensor>>

/** Two sizes of batches: what differs between their traces is the batch, wherever it stands in a shape. */
const BATCHES = [3, 2] as const

/**
 * Records what `compute` does to a batch of images [B, size, size, 3] (RGB 0…255, float32), as a graph for any B. What
 * does not depend on the images becomes a constant.
 * @throws {InputError} when it does something that the export has no name for.
 */
export async function traceGraph(size: number, compute: Compute): Promise<Graph> {
  const others = tf.tidy(() => {
    const { calls, outputs } = record(tf.zeros([BATCHES[1], size, size, 3]), compute)
    const shapes = Object.fromEntries(Object.entries(outputs).map(([key, { shape }]) => [key, shape]))
    return { calls: calls.map(({ attributes, output: { shape } }) => ({ attributes, shape })), shapes } as never
  }) as unknown as Others
  const images = tf.zeros([BATCHES[0], size, size, 3]) as tf.Tensor4D
  /** Nothing that is made while tracing may be freed before the constants among it are read. */
  const kept = new Map<number, tf.Tensor>()
  try {
    const { calls, outputs } = record(images, compute, kept)
    return await assemble(images, calls, outputs, others)
  } finally {
    tf.dispose([images, ...kept.values()])
  }
}

/** What the trace of the other batch had in the place of each call and output. */
interface Others {
  calls: readonly { attributes: Record<string, unknown>; shape: number[] }[]
  shapes: Readonly<Record<string, number[]>>
}

function record(images: tf.Tensor4D, compute: Compute, kept?: Map<number, tf.Tensor>) {
  const calls: Call[] = []
  const engine = tf.engine()
  const runKernel = engine.runKernel
  try {
    engine.runKernel = function run<T extends tf.Tensor | tf.Tensor[]>(
      kernel: string,
      inputs: tf.NamedTensorMap,
      attributes: Record<string, unknown> = {},
    ): T {
      const output = runKernel.call(engine, kernel, inputs, attributes as never) as T
      if (!Array.isArray(output)) {
        calls.push({ kernel, inputs, attributes, output: output as tf.Tensor })
        // Numbers that the code has, such as the 255 of x/255, are tensors of a moment too.
        for (const tensor of [output, ...Object.values(inputs)] as tf.Tensor[]) {
          if (kept && tensor && tensor.id > images.id) kept.set(tensor.id, tf.keep(tensor))
        }
      }
      return output
    } as typeof engine.runKernel
    return { calls, outputs: compute(images) }
  } finally {
    engine.runKernel = runKernel
  }
}

/** A list of whole numbers with −1 where the other batch has another one. */
const anyBatch = (own: readonly number[], other: readonly number[]) =>
  own.map((value, i) => (value === other[i] ? value : -1))

const isList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number')

function anyBatchIn(own: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(own).map(([key, value]) => {
    const beside = other[key]
    return [key, isList(value) && isList(beside) ? anyBatch(value, beside) : value]
  })
  return Object.fromEntries(entries)
}

async function assemble(
  images: tf.Tensor4D,
  calls: readonly Call[],
  outputs: Readonly<Record<string, tf.Tensor>>,
  others: Others,
): Promise<Graph> {
  const makers = new Map(calls.map((call, i) => [call.output.id, { ...call, other: others.calls[i] }]))
  const tensorsOf = ({ inputs }: Pick<Call, 'inputs'>) => Object.values(inputs).flat().filter(Boolean) as tf.Tensor[]
  const moving = new Set([images.id])
  for (const call of calls) if (tensorsOf(call).some(({ id }) => moving.has(id))) moving.add(call.output.id)

  const nodes: GraphNode[] = []
  const constants: Constant[] = []
  const names = new Map<number, string>([[images.id, 'images']])

  const constant = (data: Float32Array | Int32Array, shape: number[]): string => {
    const name = `constant_${constants.length}`
    constants.push({ name, shape, data })
    return name
  }
  const nameOf = async (tensor: tf.Tensor): Promise<string> => {
    const known = names.get(tensor.id)
    if (known) return known
    if (!moving.has(tensor.id)) {
      const data = await tensor.data()
      const plain = tensor.dtype === 'float32' ? (data as Float32Array) : Int32Array.from(data as Int32Array)
      const name = constant(plain, tensor.shape)
      names.set(tensor.id, name)
      return name
    }
    return await place(makers.get(tensor.id)!)
  }
  const place = async ({
    kernel,
    inputs,
    attributes,
    output,
    other,
  }: Call & { other: Others['calls'][number] }): Promise<string> => {
    const named: Record<string, string> = {}
    // Those of a list, as concatenation has it, are numbered.
    for (const [key, value] of Object.entries(inputs)) {
      if (value) named[key] = await nameOf(value as tf.Tensor)
    }
    const shapes = Object.fromEntries(
      Object.entries(inputs).flatMap(([key, value]) => (value ? [[key, (value as tf.Tensor).shape]] : [])),
    )
    const steps = operationOf({
      kernel,
      inputs: named,
      shapes,
      attributes: anyBatchIn(attributes, other.attributes),
      shape: anyBatch(output.shape, other.shape),
      constant,
    })
    if (!steps) {
      throw new InputError('export', {
        expected: 'a computation of operations that the export knows',
        received: kernel,
        remedy: 'Add it to packages/trainer/src/export/operations.ts.',
      })
    }
    let previous = ''
    for (const step of steps) {
      const name = `${step.op}_${nodes.length}`
      nodes.push({ ...step, name, inputs: step.inputs.map((input) => (input === '^' ? previous : input)) })
      previous = name
    }
    names.set(output.id, previous)
    return previous
  }

  const found: Record<string, { node: string; shape: number[] }> = {}
  for (const [key, tensor] of Object.entries(outputs)) {
    found[key] = { node: await nameOf(tensor), shape: anyBatch(tensor.shape, others.shapes[key]) }
  }
  return { nodes, constants, input: { name: 'images', shape: [-1, ...images.shape.slice(1)] }, outputs: found }
}
