import { arrayHead, numericData, parseVariables } from './mat-elements.ts'
import { isNumeric } from './mat-format.ts'
import type { HostTensor } from './tensor.ts'

/**
 * Reads the numeric arrays of a MATLAB 5 file (the real part of complex ones) into row-major order. Variables of other kinds
 * are left out.
 * @param path names the bytes in errors
 * @throws {DataError} when the file is damaged, unpacks to more than its memory budget, or is of another format such as
 *   7.3 (HDF5).
 */
export function parseMat(bytes: Uint8Array, path: string): Map<string, HostTensor> {
  return parseVariables(bytes, path, (body, little) => {
    const head = arrayHead(body, little, isNumeric)
    return head && [head.name, { shape: head.shape, data: numericData(body, head, little) }]
  })
}
