// What each parser written by hand is fed: bytes. It may read them or refuse them with an error of this project's own.
import { parseMat } from '../../packages/core/src/arrays/mat.ts'
import { toLabels, toMatrix } from '../../packages/core/src/arrays/matrix.ts'
import { parseNpy } from '../../packages/core/src/arrays/npy.ts'
import { parseSafetensors } from '../../packages/core/src/arrays/safetensors.ts'
import { parseTable } from '../../packages/core/src/arrays/table.ts'
import { DmlCrcError } from '../../packages/core/src/errors.ts'
import { plainJpeg } from '../../packages/datasets/src/images/jpeg/header.ts'

/** Lets an error of our own pass. */
function refuses(work) {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof DmlCrcError)) throw error
  }
}

/** The arrays that a reader gives must be whole, and usable as features and labels or refused as such. */
function use(arrays) {
  for (const array of arrays) {
    const count = array.shape.reduce((product, size) => product * size, 1)
    if (array.data.length !== count) throw new Error(`${array.data.length} values for the shape [${array.shape}]`)
    const matrix = refuses(() => toMatrix(array, 'array'))
    if (matrix && !matrix.data.every(Number.isFinite)) throw new Error('features that are not finite')
    const labels = refuses(() => toLabels(array, 'array'))
    if (labels?.some((label) => label === '' || Number.isNaN(label))) throw new Error('labels that are none')
  }
}

export const npy = (bytes) => use([refuses(() => parseNpy(bytes, 'file'))].filter(Boolean))
export const mat = (bytes) => use(refuses(() => parseMat(bytes, 'file'))?.values() ?? [])
export const safetensors = (bytes) => use(refuses(() => parseSafetensors(bytes, 'file').tensors)?.values() ?? [])
export const csv = (bytes) => use(refuses(() => parseTable(bytes.toString(), 'file'))?.values() ?? [])

export function jpeg(bytes) {
  const size = plainJpeg(bytes)
  if (size && !(size.width > 0 && size.height > 0)) throw new Error(`an image of ${size.width} × ${size.height}`)
}
