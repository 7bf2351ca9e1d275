import { adamStep } from '@dml-crc/metric'
import type { UpdateRule } from './optimizer.ts'

/** Adam with decoupled weight decay (Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, alg. 2). */
export function adamW({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = {}): UpdateRule {
  return {
    name: 'adamW',
    weightDecay,
    update: ({ slot, ...update }) =>
      adamStep({ ...update, first: slot('first'), second: slot('second'), beta1, beta2, epsilon }),
  }
}
