/** A numeric MATLAB array. Its numbers lie in MATLAB's order, the first index running fastest. */
export interface MatArray {
  shape: readonly number[]
  data: Float64Array
}

/** Type numbers of MAT 5 data elements ("MAT-File Format", The MathWorks, table 1-1). */
export const INT8 = 1
export const INT32 = 5
export const UINT32 = 6
export const DOUBLE = 9
export const MATRIX = 14
export const COMPRESSED = 15

/** Array class of doubles, and the range of the numeric classes (same source, table 1-3). */
export const DOUBLE_CLASS = 6
export const FIRST_NUMERIC_CLASS = 6
export const LAST_NUMERIC_CLASS = 15

export const HEADER_BYTES = 128
export const VERSION = 0x0100
