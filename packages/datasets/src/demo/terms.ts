import type { Terms } from '../define-dataset.ts'

/** Of the set that this package draws. */
export const DEMO_TERMS: Terms = {
  title: '20 kinds of drawn flowers',
  licence: 'MIT, as this project: the pictures are drawn by it.',
  citation: 'Drawn by DML-CRC.',
}
