import type { Box } from '../dataset.ts'

/** The box between two corners, which both belong to it; pixels count from 1. */
export function cornerBox([left, top, right, bottom]: readonly number[]): Box {
  return { left: left - 1, top: top - 1, width: right - left + 1, height: bottom - top + 1 }
}
