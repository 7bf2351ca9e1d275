import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it } from 'vitest'
import { WeightAverage } from './weight-average.ts'

afterEach(() => tf.disposeVariables())

const scalarVariable = (value: number) => tf.tidy(() => tf.variable(tf.scalar(value)))

async function follow(average: WeightAverage, variable: tf.Variable, values: readonly number[]) {
  for (const value of values) {
    tf.tidy(() => variable.assign(tf.scalar(value)))
    average.update()
  }
}

it('is the recursion of its definition, with the ramp at the start', async () => {
  const variable = scalarVariable(2)
  const average = new WeightAverage(new Map([['v', variable]]), 0.3)
  const values = [5, -1, 4, 0.5, 3]
  await follow(average, variable, values)
  let expected = 2
  for (const [t, value] of values.entries()) {
    const decay = Math.min(0.3, (1 + t) / (10 + t))
    expected = decay * expected + (1 - decay) * value
  }
  const seen = await average.within(async () => (await variable.data())[0])
  expect(seen).toBeCloseTo(expected, 5)
  expect((await variable.data())[0]).toBe(3)
  average.assign()
  expect((await variable.data())[0]).toBeCloseTo(expected, 5)
})

it('goes on from a saved state, bit for bit, and puts the weights back when the work fails', async () => {
  const variable = scalarVariable(1)
  const average = new WeightAverage(new Map([['v', variable]]), 0.9)
  await follow(average, variable, [2, 3])
  const copy = new WeightAverage(new Map([['v', variable]]), 0.9)
  copy.restore(await average.save())
  await follow(average, variable, [7])
  copy.update()
  const read = async () => (await variable.data())[0]
  expect(await copy.within(read)).toBe(await average.within(read))
  const failing = average.within(async () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await read()).toBe(7)
})
