import { type Engine, type EngineName, loadEngine } from '@dml-crc/engine'
import { chooseBackbones, type SaidOfBackbone } from '../choosing/backbones.ts'
import type { Terminal } from '../command-line/terminal.ts'
import type { Experiment } from '../experiment/schema.ts'
import { type Images, openImages, partOf } from '../run/images.ts'

export interface PrepareOptions extends SaidOfBackbone {
  engine?: EngineName | 'auto'
  terminal: Terminal
}

/** Opens the images and the engine of an experiment: whatever is wrong with its data comes out before any work. */
export async function prepare(
  given: Experiment,
  options: PrepareOptions,
): Promise<{ experiment: Experiment; images: Images; engine: Engine }> {
  const { terminal } = options
  const experiment = { ...given, backbones: chooseBackbones(given, options) }
  const images = await openImages(experiment, terminal.onProgress)
  const engine = await loadEngine({ prefer: options.engine })
  terminal.note(
    `${experiment.name}: ${images.fit.length} images to fit, ${images.test.length} to test, ` +
      `${images.dataset.classes.length} classes; engine ${engine.name} (${engine.device})`,
  )
  const part = partOf(images, experiment.splits)
  if (part) terminal.note(`This is a part of ${images.dataset.name}: ${part}. Its accuracies are not those of the set.`)
  return { experiment, images, engine }
}
