import * as tf from '@tensorflow/tfjs'
import type { RuleWeights, Weight } from '../../coding/class-logits.ts'
import type { Embedding } from '../../model/model.ts'
import { unitRows } from '../../model/normalisation.ts'
import type { Mahalanobis } from './mahalanobis.ts'

/** Everything of DML-CRC that is learned beside the features: L, λ and the weights of the decision rule. */
export interface MetricParameters {
  readonly layer: Mahalanobis
  /** L, log λ and the logarithms of the weights that are not 0, by name. */
  readonly variables: ReadonlyMap<string, tf.Variable>
  /** x Lᵀ of normalised features, [N, r], of length 1 where that is asked for; differentiable. */
  embed(x: tf.Tensor2D): tf.Tensor2D
  lambda(): tf.Scalar
  weights(): RuleWeights
  /** All of them as they stand, as plain data. */
  read(): Promise<{ embedding: Embedding; lambda: number; weights: RuleWeights<number> }>
  /** Frees L and the scalars. */
  dispose(): void
}

export interface MetricStart {
  /** λ, above 0. */
  readonly lambda: number
  /** Those that are 0 stay so; the others are learned. */
  readonly weights: RuleWeights<number>
  /** Scale rows to length 1 after L. */
  readonly unitLength: boolean
}

const RULES = ['residual', 'mean', 'ridge'] as const

/** The parameters of a metric layer, which they own from here on. Scalars are learned as logarithms, so they stay above 0. */
export function metricParameters(layer: Mahalanobis, { lambda, weights, unitLength }: MetricStart): MetricParameters {
  const logOf = (value: number) => tf.tidy(() => tf.variable(tf.scalar(Math.log(value))))
  const logLambda = logOf(lambda)
  const logs = new Map(RULES.filter((rule) => weights[rule] > 0).map((rule) => [rule, logOf(weights[rule])]))
  const scalars = [logLambda, ...logs.values()]
  const weightOf = (rule: (typeof RULES)[number]): Weight => {
    const log = logs.get(rule)
    return log ? (tf.exp(log) as tf.Scalar) : 0
  }
  return {
    layer,
    variables: new Map<string, tf.Variable>([
      ['metric', layer.variable],
      ['log lambda', logLambda],
      ...[...logs].map(([rule, log]): [string, tf.Variable] => [`log ${rule} weight`, log]),
    ]),
    embed: (x) => (unitLength ? unitRows(layer.apply(x)) : layer.apply(x)),
    lambda: () => tf.exp(logLambda) as tf.Scalar,
    weights: () => ({ residual: weightOf('residual'), mean: weightOf('mean'), ridge: weightOf('ridge') }),
    async read() {
      const [values, lambdaNow, ...weightsNow] = await Promise.all([
        layer.variable.data(),
        ...scalars.map(async (variable) => Math.exp((await variable.data())[0])),
      ])
      const data = Float32Array.from(values as Float32Array)
      const factor = layer.form === 'diagonal' ? data : { data, shape: [layer.rank, layer.dim] as [number, number] }
      const read = { residual: 0, mean: 0, ridge: 0 }
      ;[...logs.keys()].forEach((rule, i) => {
        read[rule] = weightsNow[i]
      })
      return { embedding: { factor, unitLength }, lambda: lambdaNow, weights: read }
    },
    dispose() {
      layer.dispose()
      tf.dispose(scalars)
    },
  }
}
