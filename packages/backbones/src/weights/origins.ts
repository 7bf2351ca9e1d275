import { DataError } from '@dml-crc/core'
import { isOfNorm, type Parameter } from '../layers/parameter.ts'
import { storedShapes } from './layout.ts'
import { isBookkeeping, type Naming, tensorName, tensorNames } from './naming.ts'
import type { WeightsFile } from './weights-file.ts'

/** Where a parameter's numbers come from: a tensor of the file, less another one, or the same number everywhere. */
export type Origin = { tensor: string; minus?: string } | { constant: number }

/**
 * Files of trained networks may have the batch norm folded into the convolution before it, which leaves a bias where the
 * batch norm was. It is unfolded to a batch norm that adds that bias and changes nothing else.
 */
function unfolded({ role }: Parameter, bias: string, epsilon: number): Origin {
  if (role === 'beta') return { tensor: bias }
  if (role === 'gamma') return { constant: Math.sqrt(1 + epsilon) }
  return { constant: role === 'variance' ? 1 : 0 }
}

/** The name of the bias that a convolution before a norm may have; none for a norm that stands alone. */
function biasBeforeNorm(naming: Naming, parameter: Parameter): string | undefined {
  const bias = tensorName(naming, { ...parameter, role: 'bias' })
  return bias === tensorName(naming, { ...parameter, role: 'beta' }) ? undefined : bias
}

/**
 * Finds the tensor of each of `wanted`, the parameters up to the layer that is used; `all` are those of the whole network.
 * @throws {DataError} that lists every tensor that is missing, misshapen or unknown to the network.
 */
export function findOrigins(
  file: WeightsFile,
  naming: Naming,
  wanted: readonly Parameter[],
  all: readonly Parameter[],
): Map<Parameter, Origin> {
  const missing: string[] = []
  const misshapen: string[] = []
  const origins = new Map<Parameter, Origin>()
  const check = (name: string, parameter: Parameter) => {
    const found = file.shapes.get(name)!
    const expected = storedShapes(naming.framework, parameter)
    if (expected.some((shape) => shape.join() === found.join())) return
    misshapen.push(`${name} [${found}] instead of [${expected[0]}]`)
  }

  for (const parameter of wanted) {
    const names = tensorNames(naming, parameter)
    const name = names.find((each) => file.shapes.has(each)) ?? names[0]
    const bias = biasBeforeNorm(naming, parameter)
    if (file.shapes.has(name)) {
      check(name, parameter)
      // A convolution may have a bias before its batch norm: the same as so much smaller a mean.
      const minus = parameter.role === 'mean' && bias && file.shapes.has(bias) ? bias : undefined
      if (minus) check(minus, parameter)
      origins.set(parameter, { tensor: name, minus })
    } else if (isOfNorm(parameter) && bias && file.shapes.has(bias)) {
      if (parameter.role === 'beta') check(bias, parameter)
      origins.set(parameter, unfolded(parameter, bias, naming.dialect.epsilon))
    } else {
      missing.push(`${name} [${storedShapes(naming.framework, parameter)[0]}]`)
    }
  }

  const known = new Set(all.flatMap((p) => [...tensorNames(naming, p), tensorName(naming, { ...p, role: 'bias' })]))
  const surplus = [...file.shapes.keys()].filter(
    (name) => !known.has(name) && !isBookkeeping(name) && !naming.classifier.test(name),
  )
  if (missing.length + misshapen.length + surplus.length > 0) {
    const parts = Object.entries({ missing, misshapen, surplus }).filter(([, names]) => names.length > 0)
    throw new DataError(file.path, {
      expected: `the tensors of this network in ${naming.name} naming`,
      received: parts.map(([what, names]) => `${names.length} ${what}: ${names.join(', ')}`).join('; '),
      remedy: 'Choose the file of this very network, or another backbone or layer.',
    })
  }
  return origins
}

/**
 * The naming by which most of the network's parameters are found in the file.
 * @throws {DataError} when there is none by which any is found.
 */
export function recognise(file: WeightsFile, namings: readonly Naming[], parameters: readonly Parameter[]): Naming {
  let best: Naming | undefined
  let most = 0
  for (const naming of namings) {
    const found = parameters.filter((parameter) =>
      tensorNames(naming, parameter).some((name) => file.shapes.has(name)),
    ).length
    if (found > most) {
      best = naming
      most = found
    }
  }
  if (best) return best
  const examples = namings.map((naming) => `${tensorName(naming, parameters[0])} (${naming.name})`)
  throw new DataError(file.path, {
    expected: `tensors named like ${examples.join(' or ') || 'by Backbone.saveWeights'}`,
    received: [...file.shapes.keys()].slice(0, 4).join(', ') || 'none at all',
    remedy: 'Choose the file of this very network, or another backbone.',
  })
}
