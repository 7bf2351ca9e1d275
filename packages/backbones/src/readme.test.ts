import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as engine from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import * as backbones from './index.ts'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const examples = [...(await readFile(readme, 'utf8')).matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...args: unknown[]) => Promise<void>

/** Runs an example with its imports taken from the sources, and returns what it printed. */
async function run(code: string): Promise<unknown[][]> {
  const printed: unknown[][] = []
  const body = code
    .replaceAll(/import (\{.*?\}) from '(.*?)'/gs, "const $1 = packages['$2']")
    // What is run here is JavaScript.
    .replaceAll(/<tf\.[\w.]+>/g, '')
    .replaceAll(/import \* as (\w+) from '(.*?)'/gs, "const $1 = packages['$2']")
  const packages = { '@dml-crc/backbones': backbones, '@dml-crc/engine': engine, '@tensorflow/tfjs': tf }
  const console = { log: (...values: unknown[]) => printed.push(values) }
  await new AsyncFunction('packages', 'console', body)(packages, console)
  return printed
}

test('the first example of the README gives features', async () => {
  expect(await run(examples[0])).toEqual([['Conv_1', [2, 1280]]])
})

test('the example of pools in the README gives the features of a transformer', async () => {
  expect(await run(examples[1])).toEqual([
    ['block2, average', 384],
    ['block2, class token and average', 768],
  ])
})

test('the list of the README shows every VGG with its layers', async () => {
  const printed = await run(examples[2])
  expect(printed.flat().join('\n')).toMatch(/vgg16.*block5_pool 512, fc6 4096, fc7 4096.*timm\/vgg19\.tv_in1k/s)
})

test('the fine-tuning example of the README lists the rates of the blocks that are not frozen', async () => {
  expect(await run(examples[3])).toEqual([['layer2', 0.25], ['layer3', 0.5], ['layer4', 1], [512 ** 2]])
})

test('the example of a model of your own in the README gives the size of its features', async () => {
  expect(await run(examples[4])).toEqual([[8]])
})

test('the example of a backbone of your own in the README works', async () => {
  expect(await run(examples[5])).toEqual([[16]])
})
