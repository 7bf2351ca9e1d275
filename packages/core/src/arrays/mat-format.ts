import type { NumberKind } from './numbers.ts'

/** Type numbers of MAT 5 data elements ("MAT-File Format", The MathWorks, table 1-1). */
export const INT8 = 1
export const UINT8 = 2
export const UINT16 = 4
export const INT32 = 5
export const UINT32 = 6
export const DOUBLE = 9
export const MATRIX = 14
export const COMPRESSED = 15
export const UTF8 = 16
export const UTF16 = 17

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

/** Array classes (same source, table 1-3). */
export const CELL_CLASS = 1
export const STRUCT_CLASS = 2
export const CHAR_CLASS = 4
export const DOUBLE_CLASS = 6

/** Whether an array class is one of the numeric ones, from doubles to 64-bit whole numbers. */
export const isNumeric = (arrayClass: number) => arrayClass >= DOUBLE_CLASS && arrayClass <= 15

export const HEADER_BYTES = 128
export const VERSION = 0x0100
