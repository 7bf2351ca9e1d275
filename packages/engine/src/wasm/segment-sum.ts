import type { Kernel } from './kernel.ts'

/** Row s of the result is the sum of the rows of x whose segment id is s; ids below zero are left out. */
const unsortedSegmentSum: Kernel = (_jobs, { inputs: { x, segmentIds }, attrs, backend }) => {
  const { numSegments } = attrs
  const idRank = segmentIds!.shape.length
  const rowShape = x!.shape.slice(idRank)
  const out = backend.makeOutput([numSegments, ...rowShape], x!.dtype)
  const from = backend.typedArrayFromHeap(x!)
  const ids = backend.typedArrayFromHeap(segmentIds!)
  const sums = backend.typedArrayFromHeap(out)
  const width = rowShape.reduce((a, b) => a * b, 1)
  sums.fill(0)
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!
    if (id < 0) continue
    for (let i = 0; i < width; i++) sums[id * width + i]! += from[row * width + i]!
  }
  return out
}

export const segmentKernels: Record<string, Kernel> = { UnsortedSegmentSum: unsortedSegmentSum }
