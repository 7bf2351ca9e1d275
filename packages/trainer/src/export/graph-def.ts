import { concat, integer, message } from '../tensorboard/protobuf.ts'
import type { Constant, Graph } from './graph.ts'
import type { Attribute } from './operations.ts'

/** DataType of types.proto. */
const TYPE = { float32: 1, int32: 3 } as const

const bytesOf = (data: Float32Array | Int32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

const typeOf = (data: Float32Array | Int32Array) => (data instanceof Float32Array ? TYPE.float32 : TYPE.int32)

/** TensorShapeProto; −1 for a size that is not fixed, which varints write as 2⁶⁴ − 1. */
function shapeProto(shape: readonly number[]): Uint8Array {
  const anySize = Uint8Array.of(0x08, ...Array(9).fill(0xff), 0x01)
  return concat(...shape.map((size) => message(2, size === -1 ? anySize : integer(1, size))))
}

/** AttrValue of attr_value.proto. */
function attributeProto(attribute: Attribute): Uint8Array {
  if ('type' in attribute) return integer(6, TYPE[attribute.type])
  if ('ints' in attribute) return message(1, ...attribute.ints.map((value) => integer(3, value)))
  if ('int' in attribute) return integer(3, attribute.int)
  if ('text' in attribute) return message(2, attribute.text)
  return integer(5, attribute.flag ? 1 : 0)
}

const mapEntry = (field: number, key: string, value: Uint8Array) => message(field, message(1, key), message(2, value))

function nodeProto(name: string, op: string, inputs: readonly string[], attributes: Uint8Array[]): Uint8Array {
  return message(1, message(1, name), message(2, op), ...inputs.map((input) => message(3, input)), ...attributes)
}

function constantProto({ name, shape, data }: Constant): Uint8Array {
  const tensor = concat(integer(1, typeOf(data)), message(2, shapeProto(shape)), message(4, bytesOf(data)))
  const value = mapEntry(5, 'value', message(8, tensor))
  return nodeProto(name, 'Const', [], [mapEntry(5, 'dtype', integer(6, typeOf(data))), value])
}

/** The graph with its constants as a GraphDef (graph.proto) of TensorFlow. */
function graphDef({ nodes, constants, input, outputs }: Graph): Uint8Array {
  const placeholder = nodeProto(
    input.name,
    'Placeholder',
    [],
    [mapEntry(5, 'dtype', integer(6, TYPE.float32)), mapEntry(5, 'shape', message(7, shapeProto(input.shape)))],
  )
  const operations = nodes.map(({ name, op, inputs, attributes }) => {
    const list = Object.entries(attributes).map(([key, value]) => mapEntry(5, key, attributeProto(value)))
    return nodeProto(name, op, inputs, list)
  })
  const named = Object.entries(outputs).map(([key, { node }]) =>
    nodeProto(key, 'Identity', [node], [mapEntry(5, 'T', integer(6, TYPE.float32))]),
  )
  const versions = message(4, integer(1, 1087), integer(2, 12))
  return concat(placeholder, ...constants.map(constantProto), ...operations, ...named, versions)
}

/** A TensorInfo of meta_graph.proto. */
function tensorInfo(name: string, shape: readonly number[]): Uint8Array {
  return concat(message(1, `${name}:0`), integer(2, TYPE.float32), message(3, shapeProto(shape)))
}

/**
 * A `saved_model.pb` (saved_model.proto) that holds the graph, its constants, and the signature `serving_default`.
 * It has no variables: what was learned is in the constants.
 */
export function savedModel(graph: Graph): Uint8Array {
  const tags = message(1, message(4, 'serve'), message(5, '2.21.0'))
  const outputs = Object.entries(graph.outputs).map(([key, { shape }]) => mapEntry(2, key, tensorInfo(key, shape)))
  const signature = concat(
    mapEntry(1, graph.input.name, tensorInfo(graph.input.name, graph.input.shape)),
    ...outputs,
    message(3, 'tensorflow/serving/predict'),
  )
  const metaGraph = message(2, tags, message(2, graphDef(graph)), mapEntry(5, 'serving_default', signature))
  return concat(integer(1, 1), metaGraph)
}
