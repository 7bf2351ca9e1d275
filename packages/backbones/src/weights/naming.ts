import type { Dialect } from '../layers/layer.ts'
import { isOfNorm, type Parameter, type Role } from '../layers/parameter.ts'
import type { Preprocessing } from '../preprocessing.ts'

/** How a framework names and lays out the tensors of a network in its files, and how it computes with them. */
export interface Naming {
  /** As users call it: `torchvision`, `timm`, `keras`. */
  name: string
  /** PyTorch stores kernels output channels first; Keras as this library does. */
  framework: 'torch' | 'keras'
  dialect: Dialect
  preprocessing: Preprocessing
  /** The framework's names of a unit's convolution or dense layer and of its norm. */
  unit(unit: string): { layer: string; norm?: string }
  /** Tensors of such a file that belong to no feature layer: those of the classifier. */
  classifier: RegExp
}

export const torchDialect: Dialect = { padding: 'symmetric', epsilon: 1e-5, momentum: 0.1 }
export const kerasDialect: Dialect = { padding: 'same', epsilon: 1e-3, momentum: 0.01 }

const ROLES: Record<Naming['framework'], Record<Role, string>> = {
  torch: {
    kernel: '.weight',
    bias: '.bias',
    gamma: '.weight',
    beta: '.bias',
    mean: '.running_mean',
    variance: '.running_var',
    value: '',
  },
  keras: {
    kernel: '/kernel',
    bias: '/bias',
    gamma: '/gamma',
    beta: '/beta',
    mean: '/moving_mean',
    variance: '/moving_variance',
    value: '/value',
  },
}

/** The name of a parameter's tensor in a file, and those by which other versions of the framework call it. */
export function tensorNames(
  { framework, unit }: Naming,
  parameter: Pick<Parameter, 'unit' | 'role' | 'layout'>,
): readonly [string, ...string[]] {
  const { role, layout } = parameter
  const { layer, norm } = unit(parameter.unit)
  const name = (isOfNorm(parameter) ? (norm ?? layer) : layer) + ROLES[framework][role]
  // Keras 2 has the first, Keras 3 the second.
  if (framework === 'keras' && role === 'kernel' && layout === 'depthwise') return [`${layer}/depthwise_kernel`, name]
  return [name]
}

/** The first of {@link tensorNames}: the one that this package writes. */
export const tensorName = (naming: Naming, parameter: Parameters<typeof tensorNames>[1]): string =>
  tensorNames(naming, parameter)[0]

/** PyTorch counts the batches that a batch norm has seen; nothing needs the count. */
export const isBookkeeping = (name: string): boolean => name.endsWith('.num_batches_tracked')
