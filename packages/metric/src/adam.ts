import * as tf from '@tensorflow/tfjs'

/** A variable with its rate. */
export interface Learned {
  readonly variable: tf.Variable
  readonly learningRate: number
}

const BETA_1 = 0.9
const BETA_2 = 0.999
const EPSILON = 1e-8

/**
 * Adam with a rate for each variable and a factor for each step, which a schedule gives.
 * Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
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
  step(gradients: tf.NamedTensorMap, factor: number): void {
    this.#steps++
    tf.tidy(() => {
      this.#learned.forEach(({ variable, learningRate }, i) => {
        const { first, second } = this.#moments[i]
        const gradient = gradients[variable.name]
        first.assign(tf.add(tf.mul(first, BETA_1), tf.mul(gradient, 1 - BETA_1)))
        second.assign(tf.add(tf.mul(second, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)))
        const size = tf.sqrt(tf.div(second, 1 - BETA_2 ** this.#steps))
        const rate = (factor * learningRate) / (1 - BETA_1 ** this.#steps)
        variable.assign(tf.sub(variable, tf.div(tf.mul(first, rate), tf.add(size, EPSILON))))
      })
    })
  }

  dispose(): void {
    for (const { first, second } of this.#moments) tf.dispose([first, second])
  }
}
