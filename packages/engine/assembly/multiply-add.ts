/** sum + a·b: in one instruction and one rounding where the binary is built with relaxed SIMD, else in two. The compiler puts it in line. */
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b))
}
