import type { Prng } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'

/** What a parameter is to its unit (a convolution or dense layer with its bias and its batch norm). */
export type Role = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance'

/** How the kernel of a unit lies in memory: HWIO, HWC1, or a dense layer over an h×w map as HWIO. */
export type KernelLayout = 'convolution' | 'depthwise' | 'dense'

/** One variable of a network: declared by a layer, filled from weights or by {@link initialise}. */
export interface Parameter {
  /** The convolution or dense layer that it belongs to, unique in its network. */
  unit: string
  role: Role
  /** How the unit's kernel lies in memory. */
  layout: KernelLayout
  shape: readonly number[]
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
 * 2015, eq. 10), batch norm the identity, biases 0. Each parameter's numbers depend on the seed and its name only.
 */
export function initialise(parameter: Parameter, prng: Prng): Float32Array {
  const { shape, role, layout } = parameter
  const size = shape.reduce((a, b) => a * b, 1)
  if (role === 'gamma' || role === 'variance') return new Float32Array(size).fill(1)
  if (role !== 'kernel') return new Float32Array(size)
  const fanIn = layout === 'depthwise' ? shape[0] * shape[1] : shape[0] * shape[1] * shape[2]
  const deviation = Math.sqrt(2 / fanIn)
  const values = prng.split(parameterName(parameter)).normals(size)
  for (let i = 0; i < size; i++) values[i] *= deviation
  return values
}
