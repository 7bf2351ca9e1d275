import * as z from 'zod'

export const ruleOption = z
  .enum(['plain', 'ratio'])
  .default('plain')
  .describe('How class residuals are measured: r_c, or r_c over the square of the length of the class’s code')

/** The decision rule of CRC and the methods after it: the least class residual. */
export const ONLY_RESIDUALS = { residual: 1, mean: 0, ridge: 0 } as const
