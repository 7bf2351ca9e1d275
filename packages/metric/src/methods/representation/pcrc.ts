import { InputError } from '@dml-crc/core/errors'
import * as z from 'zod'
import { defineMethod } from '../../fitting/define-method.ts'
import { count, ridgeWeight } from '../../model/arrays.ts'

/**
 * Patch based CRC: each sample is a row of P patches side by side, [N, P·p], for instance the features of crops at several
 * places and scales (rows [N·P, p], the P patches of a sample one after another, are the same numbers in memory). Each patch is
 * scaled to length 1 and coded over the same patch of all samples, and the class that most patches vote for wins. The weights
 * of scales that the paper learns in addition are not part of it: all patches count the same.
 */
export const pcrc = defineMethod({
  name: 'pcrc',
  label: 'PCRC',
  paper:
    'Zhu, Zhang, Hu, Shiu, "Multi-scale patch based collaborative representation for face recognition with margin distribution optimization", ECCV 2012',
  options: {
    patches: count.default(1).describe('P, the patches of a sample, side by side in its row'),
    lambda: ridgeWeight.default(0.3).describe('λ, the weight of ‖α‖²'),
    rule: z.enum(['plain', 'ratio']).default('ratio').describe('How the residuals that a patch votes by are measured'),
  },
  grid: { lambda: [0.03, 0.1, 0.3, 1, 3] },
  async fit({ features, labels }, { patches, lambda, rule }) {
    const width = features.shape[1]
    if (width % patches !== 0) {
      throw new InputError('patches', {
        expected: `a number that divides the ${width} columns of the features`,
        received: String(patches),
        remedy: 'Put the features of all patches of a sample side by side in one row.',
      })
    }
    return { decision: { kind: 'patches', dictionary: features, labels, patches, lambda, rule } }
  },
})
