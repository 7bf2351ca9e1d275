import { parseJson, type Schema, writeSafetensors } from '@dml-crc/core'
import { Dialect } from '../layers/layer.ts'
import type { Parameter } from '../layers/parameter.ts'
import { Preprocessing } from '../preprocessing.ts'
import { storedShapes } from './layout.ts'
import { type Naming, tensorName } from './naming.ts'
import type { WeightsFile } from './weights-file.ts'

const FORMAT = 'dml-crc backbone 1'

const POOL = 'pool'

/** The unit of what a pool of a layer's map has learned: a file is read by other pools too. */
export const poolUnit = (layer: string) => `${POOL}/${layer}`

/** How a network computes, beside its parameters. */
export interface Manner {
  dialect: Dialect
  preprocessing: Preprocessing
}

const naming = (manner: Manner): Naming => ({
  ...manner,
  name: 'dml-crc',
  framework: 'keras',
  unit: (unit) => ({ layer: unit }),
  classifier: new RegExp(`^${POOL}/`),
})

/**
 * The naming of a file that {@link saveParameters} wrote; `undefined` for any other.
 * @throws {DataError} when what it says of itself is damaged.
 */
export function ownNaming({ path, metadata }: WeightsFile): Naming | undefined {
  if (metadata.format !== FORMAT) return undefined
  const read = <T>(key: string, schema: Schema<T>) =>
    parseJson(metadata[key] ?? '', schema, path, `the ${key} of a network`, 'Save the weights again.')
  return naming({ dialect: read('dialect', Dialect), preprocessing: read('preprocessing', Preprocessing) })
}

/** Writes the parameters with all that is needed to compute with them alike. */
export async function saveParameters(
  path: string,
  parameters: readonly Parameter[],
  manner: Manner,
  about: { backbone: string; layers: string },
): Promise<void> {
  const own = naming(manner)
  const tensors = await Promise.all(
    parameters.map(async (parameter) => {
      const data = (await parameter.variable!.data()) as Float32Array
      return [tensorName(own, parameter), { shape: storedShapes(own.framework, parameter)[0], data }] as const
    }),
  )
  await writeSafetensors(path, tensors, {
    ...about,
    format: FORMAT,
    dialect: JSON.stringify(manner.dialect),
    preprocessing: JSON.stringify(manner.preprocessing),
  })
}
