/** A cubic convolution kernel (Keys, 1981, eq. 15), with the parameter −½ that PyTorch and Pillow take when they antialias. */
function cubic(distance: number): number {
  const x = Math.abs(distance)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

/**
 * The matrix [to, from] that resizes a line of `from` numbers to `to`, bicubic and antialiased, as PyTorch's
 * `interpolate(mode='bicubic', antialias=True)` does: row after row in one array.
 */
export function resizingMatrix(from: number, to: number): Float32Array {
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const matrix = new Float32Array(from * to)
  for (let i = 0; i < to; i++) {
    const centre = scale * (i + 0.5)
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0)
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from)
    const weights = Array.from({ length: end - first }, (_, j) => cubic((j + first - centre + 0.5) / stretch))
    const total = weights.reduce((a, b) => a + b, 0)
    weights.forEach((weight, j) => {
      matrix[i * from + first + j] = weight / total
    })
  }
  return matrix
}
