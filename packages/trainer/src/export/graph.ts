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

/** The size of the batch that is traced: a number that no layer has, so that it is known again in the shapes. */
const BATCH = 3

/**
 * Records what `compute` does to a batch of images [B, size, size, 3] (RGB 0…255, float32), as a graph for any B. What
 * does not depend on the images becomes a constant.
 * @throws {InputError} when it does something that the export has no name for.
 */
export async function traceGraph(
  size: number,
  compute: (images: tf.Tensor4D) => Readonly<Record<string, tf.Tensor>>,
): Promise<Graph> {
  const calls: Call[] = []
  const engine = tf.engine()
  const runKernel = engine.runKernel
  const images = tf.zeros([BATCH, size, size, 3]) as tf.Tensor4D
  /** Nothing that is made while tracing may be freed before the constants among it are read. */
  const kept = new Map<number, tf.Tensor>()
  try {
    engine.runKernel = function record<T extends tf.Tensor | tf.Tensor[]>(
      kernel: string,
      inputs: tf.NamedTensorMap,
      attributes: Record<string, unknown> = {},
    ): T {
      const output = runKernel.call(engine, kernel, inputs, attributes as never) as T
      if (!Array.isArray(output)) {
        calls.push({ kernel, inputs, attributes, output: output as tf.Tensor })
        // Numbers that the code has, such as the 255 of x/255, are tensors of a moment too.
        for (const tensor of [output, ...Object.values(inputs)] as tf.Tensor[]) {
          if (tensor && tensor.id > images.id) kept.set(tensor.id, tf.keep(tensor))
        }
      }
      return output
    } as typeof engine.runKernel
    const outputs = compute(images)
    engine.runKernel = runKernel
    return await assemble(images, calls, outputs)
  } finally {
    engine.runKernel = runKernel
    tf.dispose([images, ...kept.values()])
  }
}

/**
 * [3·k, …] → [−1, …]: the rows of all images, one below the other, are of any number too. Products of matrices put axes of 1
 * before them.
 */
function anyBatch(shape: readonly number[]): number[] {
  const first = shape.findIndex((size) => size !== 1)
  return shape.map((size, axis) => (axis === first && size % BATCH === 0 ? -1 : size))
}

async function assemble(
  images: tf.Tensor4D,
  calls: readonly Call[],
  outputs: Readonly<Record<string, tf.Tensor>>,
): Promise<Graph> {
  const makers = new Map(calls.map((call) => [call.output.id, call]))
  const tensorsOf = ({ inputs }: Call) => Object.values(inputs).flat().filter(Boolean) as tf.Tensor[]
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
  const place = async ({ kernel, inputs, attributes, output }: Call): Promise<string> => {
    const named: Record<string, string> = {}
    // Those of a list, as concatenation has it, are numbered.
    for (const [key, value] of Object.entries(inputs)) {
      if (value) named[key] = await nameOf(value as tf.Tensor)
    }
    const shapes = Object.fromEntries(
      Object.entries(inputs).flatMap(([key, value]) => (value ? [[key, (value as tf.Tensor).shape]] : [])),
    )
    const steps = operationOf({ kernel, inputs: named, shapes, attributes, shape: anyBatch(output.shape), constant })
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
    found[key] = { node: await nameOf(tensor), shape: anyBatch(tensor.shape) }
  }
  return { nodes, constants, input: { name: 'images', shape: anyBatch(images.shape) }, outputs: found }
}
