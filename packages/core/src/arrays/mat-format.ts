import type { NumberKind } from './numbers.ts'

/** Type numbers of MAT 5 data elements ("MAT-File Format", The MathWorks, table 1-1). */
export const INT8 = 1
export const INT32 = 5
export const UINT32 = 6
export const DOUBLE = 9
export const MATRIX = 14
export const COMPRESSED = 15

/** How the numbers of each element type are stored (same table). */
export const STORAGE: Readonly<Record<number, NumberKind>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
}

/** Array class of doubles, and the range of the numeric classes (same source, table 1-3). */
export const DOUBLE_CLASS = 6
export const FIRST_NUMERIC_CLASS = 6
export const LAST_NUMERIC_CLASS = 15

export const HEADER_BYTES = 128
export const VERSION = 0x0100
