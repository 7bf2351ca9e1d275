/** A value of a node's attribute, in the kinds of TensorFlow's AttrValue. */
export type Attribute =
  | { type: 'float32' | 'int32' }
  | { ints: readonly number[] }
  | { int: number }
  | { text: string }
  | { flag: boolean }

/** A node before it has a name; the input `^` stands for the step before it. */
interface Step {
  op: string
  inputs: string[]
  attributes: Record<string, Attribute>
}

/** A kernel call of TensorFlow.js: names of its inputs, their shapes as traced, and the shape of its output, −1 for the batch. */
interface KernelCall {
  kernel: string
  inputs: Record<string, string>
  shapes: Record<string, readonly number[]>
  attributes: Record<string, unknown>
  shape: readonly number[]
  /** Puts numbers into the graph and gives their name. */
  constant: (data: Int32Array | Float32Array, shape: number[]) => string
}

const FLOAT: Attribute = { type: 'float32' }
const INT: Attribute = { type: 'int32' }

const UNARY: Record<string, string> = {
  Abs: 'Abs',
  Erf: 'Erf',
  Exp: 'Exp',
  Identity: 'Identity',
  Neg: 'Neg',
  Relu: 'Relu',
  Relu6: 'Relu6',
  Rsqrt: 'Rsqrt',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sqrt: 'Sqrt',
  Softmax: 'Softmax',
  Square: 'Square',
  Tanh: 'Tanh',
}

const BINARY: Record<string, string> = {
  Add: 'AddV2',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'RealDiv',
  Sub: 'Sub',
}

const ACTIVATION: Record<string, string> = { relu: 'Relu', relu6: 'Relu6', sigmoid: 'Sigmoid' }

/** A number or a pair, as the four of NHWC. */
function window(value: unknown): Attribute {
  const [height, width] = Array.isArray(value) ? value : [value ?? 1, value ?? 1]
  return { ints: [1, height as number, width as number, 1] }
}

const padding = (pad: unknown): Attribute => ({ text: String(pad).toUpperCase() })

/** The TensorFlow operations that do what one kernel of TensorFlow.js does, or undefined where none is known. */
export function operationOf(call: KernelCall): Step[] | undefined {
  const { kernel, inputs, shapes, attributes: a, shape, constant } = call
  const ints = (...values: number[]) => constant(Int32Array.from(values), [values.length])
  const whole = (value: number) => constant(Int32Array.of(value), [])
  const unary = (op: string, x: string): Step => ({ op, inputs: [x], attributes: { T: FLOAT } })
  const shaped = (op: string, x: string, of: string, key: string): Step[] => [
    { op, inputs: [x, of], attributes: { T: FLOAT, [key]: INT } },
  ]

  if (kernel in UNARY) return [unary(UNARY[kernel], inputs.x ?? inputs.logits)]
  if (kernel in BINARY) return [{ op: BINARY[kernel], inputs: [inputs.a, inputs.b], attributes: { T: FLOAT } }]
  switch (kernel) {
    case 'Cast':
      return [{ op: 'Identity', inputs: [inputs.x], attributes: { T: FLOAT } }]
    case 'Reshape':
      return shaped('Reshape', inputs.x, ints(...shape), 'Tshape')
    case 'Transpose':
      return shaped('Transpose', inputs.x, ints(...(a.perm as number[])), 'Tperm')
    case 'Reverse':
      return shaped('ReverseV2', inputs.x, ints(...[a.dims as number | number[]].flat()), 'Tidx')
    case 'ExpandDims':
      return shaped('ExpandDims', inputs.input, ints(a.dim as number), 'Tdim')
    case 'Max':
    case 'Mean':
    case 'Sum': {
      const axes = ints(...[(a.axis ?? a.reductionIndices) as number | number[]].flat())
      const keep: Attribute = { flag: Boolean(a.keepDims) }
      return [{ op: kernel, inputs: [inputs.x, axes], attributes: { T: FLOAT, Tidx: INT, keep_dims: keep } }]
    }
    case 'AddN': {
      const parts = Object.values(inputs)
      return [{ op: 'AddN', inputs: parts, attributes: { T: FLOAT, N: { int: parts.length } } }]
    }
    case 'GatherV2': {
      const attributes = { Tparams: FLOAT, Tindices: INT, Taxis: INT }
      return [{ op: 'GatherV2', inputs: [inputs.x, inputs.indices, whole(a.axis as number)], attributes }]
    }
    case 'PadV2': {
      const pairs = a.paddings as number[][]
      const paddings = constant(Int32Array.from(pairs.flat()), [pairs.length, 2])
      const value = constant(Float32Array.of((a.constantValue as number) ?? 0), [])
      return [{ op: 'PadV2', inputs: [inputs.x, paddings, value], attributes: { T: FLOAT, Tpaddings: INT } }]
    }
    case 'MaxPool':
    case 'AvgPool': {
      const size = { ksize: window(a.filterSize), strides: window(a.strides) }
      return [{ op: kernel, inputs: [inputs.x], attributes: { T: FLOAT, ...size, ...layout(a) } }]
    }
    case 'Slice': {
      const begin = shapes.x.map((_, axis) => [a.begin as number | number[]].flat()[axis] ?? 0)
      // Up to the end where it is, whatever the size of the batch.
      const size = shape.map((count, axis) => (count === shapes.x[axis] - begin[axis] ? -1 : count))
      return [{ op: 'Slice', inputs: [inputs.x, ints(...begin), ints(...size)], attributes: { T: FLOAT, Index: INT } }]
    }
    case 'Concat': {
      const parts = Object.values(inputs)
      return [
        {
          op: 'ConcatV2',
          inputs: [...parts, whole(a.axis as number)],
          attributes: { T: FLOAT, N: { int: parts.length }, Tidx: INT },
        },
      ]
    }
    case '_FusedMatMul':
    case 'BatchMatMul': {
      const [op, first, second] =
        shapes.a.length === 2 ? ['MatMul', 'transpose_a', 'transpose_b'] : ['BatchMatMulV2', 'adj_x', 'adj_y']
      const flags = { [first]: { flag: Boolean(a.transposeA) }, [second]: { flag: Boolean(a.transposeB) } }
      return biased({ op, inputs: [inputs.a, inputs.b], attributes: { T: FLOAT, ...flags } }, call)
    }
    case 'Conv2D':
    case 'FusedConv2D':
      return convolution('Conv2D', call)
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2D':
      return convolution('DepthwiseConv2dNative', call)
    default:
      return undefined
  }
}

const layout = ({ pad }: Record<string, unknown>) => ({ padding: padding(pad), data_format: { text: 'NHWC' } })

function convolution(op: string, call: KernelCall): Step[] {
  const { inputs, attributes: a } = call
  const how = { T: FLOAT, strides: window(a.strides), dilations: window(a.dilations), ...layout(a) }
  return biased({ op, inputs: [inputs.x, inputs.filter], attributes: how }, call)
}

/** A product, with the bias and the activation that are fused to it. */
function biased(product: Step, { inputs, attributes: a }: KernelCall): Step[] {
  const steps = [product]
  if (inputs.bias) {
    steps.push({ op: 'BiasAdd', inputs: ['^', inputs.bias], attributes: { T: FLOAT, data_format: { text: 'NHWC' } } })
  }
  const activation = ACTIVATION[String(a.activation)]
  if (activation) steps.push({ op: activation, inputs: ['^'], attributes: { T: FLOAT } })
  return steps
}
