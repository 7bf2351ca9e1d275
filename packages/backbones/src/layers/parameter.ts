import type { Prng } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'

/**
 * What a parameter is to its unit (a convolution or dense layer with its bias and its norm). A `value` is a unit by itself:
 * a token, a position embedding, the scale of a layer.
 */
export type Role = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance' | 'value'

/** Roles in a norm. */
const NORM: ReadonlySet<Role> = new Set(['gamma', 'beta', 'mean', 'variance'])

export const isOfNorm = ({ role }: Pick<Parameter, 'role'>) => NORM.has(role)

/** How the kernel of a unit lies in memory: HWIO, HWC1, a dense layer over an h×w map as HWIO, or one at each position as IO. */
export type KernelLayout = 'convolution' | 'depthwise' | 'dense' | 'linear'

/** One variable of a network: declared by a layer, filled from weights or by {@link initialise}. */
export interface Parameter {
  /** The convolution or dense layer that it belongs to, unique in its network. */
  unit: string
  role: Role
  /** How the unit's kernel lies in memory. */
  layout: KernelLayout
  shape: readonly number[]
  /** All its numbers at the start of a training from scratch, where not those of {@link initialise}. */
  initial?: number
  /** The block that it lies in. */
  block: string
  /** Filled before the network first runs. */
  variable?: tf.Variable
}

/** `unit/role`, unique in its network and stable: checkpoints and optimisers refer to it. */
export const parameterName = ({ unit, role }: Pick<Parameter, 'unit' | 'role'>) => `${unit}/${role}`

/** Whether gradients move it; the moving statistics of batch norm are moved by the forward pass. */
export const isTrained = ({ role }: Parameter) => role !== 'mean' && role !== 'variance'

/**
 * First values of a network trained from scratch: kernels normal with variance 2 / fan-in (He, Zhang, Ren, Sun, ICCV
 * 2015, eq. 10), norms the identity, biases 0, tokens and position embeddings normal with deviation 0.02 (Dosovitskiy et
 * al., ICLR 2021). Each parameter's numbers depend on the seed and its name only.
 */
export function initialise(parameter: Parameter, prng: Prng): Float32Array {
  const { shape, role, layout, initial } = parameter
  const size = shape.reduce((a, b) => a * b, 1)
  if (initial !== undefined) return new Float32Array(size).fill(initial)
  if (role === 'gamma' || role === 'variance') return new Float32Array(size).fill(1)
  if (role !== 'kernel' && role !== 'value') return new Float32Array(size)
  const fanIn = layout === 'depthwise' ? shape[0] * shape[1] : size / shape[shape.length - 1]
  const deviation = role === 'value' ? 0.02 : Math.sqrt(2 / fanIn)
  const values = prng.split(parameterName(parameter)).normals(size)
  for (let i = 0; i < size; i++) values[i] *= deviation
  return values
}
