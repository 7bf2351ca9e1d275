import type { Callback } from '../callback.ts'
import { EventWriter, type RgbImage } from '../tensorboard/event-writer.ts'

/**
 * Writes losses, rates and measured values for TensorBoard (`tensorboard --logdir folder`), and after each epoch the
 * images that `images` gives, by tag.
 *
 * @example tensorBoard('runs/demo/events')
 */
export function tensorBoard(
  folder: string,
  options: { images?: (epoch: number) => Promise<Readonly<Record<string, RgbImage>>> } = {},
): Callback {
  let writer: EventWriter | undefined
  return {
    name: 'TensorBoard',
    async start() {
      writer = await EventWriter.create(folder)
    },
    step: ({ step, loss, learningRate, images, seconds }) =>
      writer?.scalars(step, {
        'step/loss': loss,
        'step/learning rate': learningRate,
        'step/images per second': images / seconds,
      }),
    async epoch({ epoch, step, values }) {
      const tagged = Object.entries(values).map(([name, value]) => [`epoch/${name}`, value])
      await writer?.scalars(step - 1, Object.fromEntries(tagged))
      for (const [tag, image] of Object.entries((await options.images?.(epoch)) ?? {})) {
        await writer?.image(step - 1, tag, image)
      }
    },
    async end() {
      await writer?.close()
      writer = undefined
    },
  }
}
