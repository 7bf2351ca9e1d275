import * as tf from '@tensorflow/tfjs'

/** What one step of Adam on one variable needs. */
export interface AdamStep {
  variable: tf.Tensor
  gradient: tf.Tensor
  /** The moving means of the gradient and of its square; zero at first. They are brought up to date. */
  first: tf.Variable
  second: tf.Variable
  learningRate: number
  /** 1 at the first step. */
  step: number
  beta1?: number
  beta2?: number
  epsilon?: number
}

/**
 * What the variable becomes. Call it inside tf.tidy.
 * Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
export function adamStep(given: AdamStep): tf.Tensor {
  const { variable, gradient, first, second, learningRate, step, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = given
  // Each by itself, so that what one leaves is free for the next.
  tf.tidy(() => first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1))))
  tf.tidy(() => second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2))))
  const size = learningRate / (1 - beta1 ** step)
  const root = tf.sqrt(tf.div(second, 1 - beta2 ** step))
  return tf.sub(variable, tf.mul(tf.div(first, tf.add(root, epsilon)), size))
}

/** A variable with its rate. */
export interface Learned {
  readonly variable: tf.Variable
  readonly learningRate: number
}

/** Adam on a few variables, with a rate for each and a factor for each step, which a schedule gives. */
export class Adam {
  readonly #learned: readonly Learned[]
  readonly #moments: readonly { first: tf.Variable; second: tf.Variable }[]
  #steps = 0

  constructor(learned: readonly Learned[]) {
    this.#learned = learned
    this.#moments = learned.map(({ variable }) =>
      tf.tidy(() => ({
        first: tf.variable(tf.zerosLike(variable), false),
        second: tf.variable(tf.zerosLike(variable), false),
      })),
    )
  }

  /** Moves each variable against its gradient, found by the variable's name. */
  step(gradients: tf.NamedTensorMap, factor = 1): void {
    const step = ++this.#steps
    tf.tidy(() => {
      this.#learned.forEach(({ variable, learningRate }, i) => {
        // A loss may not depend on every variable.
        const gradient: tf.Tensor | null = gradients[variable.name]
        if (!gradient) return
        const rate = factor * learningRate
        variable.assign(adamStep({ variable, gradient, ...this.#moments[i], learningRate: rate, step }))
      })
    })
  }

  dispose(): void {
    for (const { first, second } of this.#moments) tf.dispose([first, second])
  }
}
