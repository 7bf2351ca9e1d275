import { describe, expect, it } from 'vitest'
import { arrangeMatrix, arrangeSquare, classLayout } from './class-layout.ts'

// Classes of 1, 3 and 2 samples, not in order.
const labels = Int32Array.from([1, 0, 1, 2, 1, 2])
const count = labels.length
const square = { data: Float32Array.from({ length: count ** 2 }, (_, i) => i + 1), shape: [count, count] as const }

describe('arrangeSquare', () => {
  it('puts sample i of row and column where the layout has it, zeros where that fills', () => {
    const layout = classLayout(labels)
    const { data, shape } = arrangeSquare(square, layout)
    expect(shape).toEqual([layout.rows, layout.rows])
    for (const [i, row] of layout.order.entries()) {
      for (const [j, column] of layout.order.entries()) {
        expect(data[i * layout.rows + j]).toBe(row < 0 || column < 0 ? 0 : square.data[row * count + column])
      }
    }
  })

  it('leaves samples that are in order as they are', () => {
    const inOrder = classLayout(Int32Array.from([0, 0, 1, 1, 2, 2]))
    expect(inOrder.isIdentity).toBe(true)
    expect(arrangeSquare(square, inOrder)).toBe(square)
    expect(arrangeMatrix(square, inOrder)).toBe(square)
  })
})
