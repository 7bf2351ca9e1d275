import { existsSync, readdirSync } from 'node:fs'
import { chooseWeights, findBackbone, isOwnNetwork } from '@dml-crc/backbones'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { combinations } from '@dml-crc/metric'
import { chooseBackbones } from '../choosing/backbones.ts'
import { duration } from '../command-line/duration.ts'
import type { Terminal } from '../command-line/terminal.ts'
import { endToEndLabel, methodLabel } from '../experiment/method-label.ts'
import type { Experiment } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import { openImages, setFolder } from '../run/images.ts'
import { fixedViewCount } from '../run/views.ts'
import type { PrepareOptions } from './prepare.ts'

/** Seconds for the features of an image of the network's own size, on two cores without a native engine: for a first idea. */
const SECONDS_AN_IMAGE: Record<string, number> = {
  vgg19: 0.65,
  vgg19_bn: 0.65,
  vgg16: 0.55,
  vgg16_bn: 0.55,
  resnet101: 0.35,
  resnet50: 0.25,
  resnet18: 0.12,
  inception_v3: 0.29,
  densenet121: 0.17,
  convnext_tiny: 0.35,
  convnextv2_tiny: 0.39,
  vit_small_patch14_dinov2: 0.38,
  vit_small_patch14_reg4_dinov2: 0.38,
  vit_small_patch16_dinov3: 0.38,
  vit_base_patch14_dinov2: 1.1,
  vit_base_patch14_reg4_dinov2: 1.1,
  vit_base_patch16_224: 0.83,
  vit_base_patch16_siglip_224: 0.83,
  vit_base_patch32_clip_quickgelu_224: 0.29,
  vit_base_patch32_clip_224: 0.29,
  tiny_vgg: 0.007,
}
const SECONDS_OF_A_SMALL_ONE = 0.05

/** Seconds of each engine over those above; a GPU's depend on the card, and nothing is said of them. */
const ENGINE_FACTOR: Partial<Record<EngineName, number>> = { wasm: 1, 'tfjs-node': 0.31, cpu: 63 }

/** A step of training does the forward pass, and about twice its work backward. */
const TRAINING_FACTOR = 3

/** Says what a run would do, and how long it may take on the engine that it would take, without writing anything. */
export async function dryRun(given: Experiment, options: PrepareOptions): Promise<void> {
  const { terminal } = options
  const experiment = { ...given, backbones: chooseBackbones(given, options) }
  const { dataset, splits } = experiment
  const root = dataset.root ?? setFolder(dataset)
  const isDrawn = dataset.name === 'demo' && !(existsSync(root) && readdirSync(root).length > 0)
  const counts = isDrawn ? drawnCounts(experiment) : await realCounts(experiment, terminal)
  const views = { fixed: fixedViewCount(experiment), random: experiment.randomViews }
  // Cross-validation tests on the images to fit, whose features are taken once.
  const tested = foldsOf(splits) === undefined ? counts.test : 0
  const passes = views.fixed * (counts.fit + tested) + views.random * counts.fit
  const engine = await loadEngine({ prefer: options.engine })
  const factor = ENGINE_FACTOR[engine.name] ?? 0
  const perImage = (name: string) => factor * (SECONDS_AN_IMAGE[name] ?? SECONDS_OF_A_SMALL_ONE)
  const trainingSeconds = (name: string, epochs: number) =>
    Math.round(TRAINING_FACTOR * epochs * counts.fit * perImage(name))
  const backbones = experiment.backbones.map(({ name, layers, pools, weights, pretrain }) => ({
    name,
    layers: layers ?? [isOwnNetwork(name) ? 'its output' : findBackbone(name).defaultLayer],
    pools,
    weights: describeWeights(name, weights),
    trainedFromScratch: pretrain !== undefined,
    featureSeconds: Math.round(passes * perImage(name)),
    trainingSeconds: pretrain ? trainingSeconds(name, pretrain.epochs) : 0,
  }))
  const methods = experiment.methods.map((entry) => {
    const candidates = combinations(entry.options, entry.grid).length
    const folds = candidates > 1 ? (entry.folds ?? experiment.select.folds) : 0
    return { method: methodLabel(entry), candidates, fits: candidates * folds + entry.seeds }
  })
  const training = experiment.endToEnd.map((entry) => ({
    method: endToEndLabel(entry),
    epochs: entry.train.epochs,
    seeds: entry.seeds,
    seconds: experiment.backbones.reduce(
      (sum, { name }) => sum + entry.seeds * trainingSeconds(name, entry.train.epochs),
      0,
    ),
  }))
  const totalSeconds = [
    ...backbones.flatMap((each) => [each.featureSeconds, each.trainingSeconds]),
    ...training.map(({ seconds }) => seconds),
  ].reduce((sum, seconds) => sum + seconds, 0)
  const plan = {
    experiment: experiment.name,
    root,
    drawn: isDrawn,
    splits,
    images: counts,
    views,
    passes,
    engine: engine.name,
    backbones,
    methods,
    training,
    totalSeconds,
  }
  const roughly = (seconds: number) => (factor > 0 ? `about ${duration(seconds)}` : 'a time that depends on the GPU')
  terminal.print(
    [
      `${experiment.name}: ${experiment.description}`,
      `images    ${root}${isDrawn ? ' (to be drawn)' : ''}: ${counts.fit} of ${splits.fit} to fit, ${counts.test} of ${splits.test} to test`,
      ...backbones.map(
        ({ name, layers, pools, weights, trainedFromScratch, trainingSeconds, featureSeconds }) =>
          `backbone  ${name}, ${layers.length > 1 ? 'layers' : 'layer'} ${layers.join(', ')}${pools ? ` by ${pools.join(', ')}` : ''}, weights ${weights}${trainedFromScratch ? `, trained from scratch first (${roughly(trainingSeconds)})` : ''}; ` +
          `features${describeViews(views)} ${roughly(featureSeconds)}, unless cached`,
      ),
      ...methods.map(
        ({ method, candidates, fits }) =>
          `method    ${method}: ${counted(candidates, 'candidate')}, ${counted(fits, 'fit')}`,
      ),
      ...training.map(
        ({ method, epochs, seeds, seconds }) =>
          `training  ${method} end to end: ${counted(epochs, 'epoch')}, ${counted(seeds, 'seed')}, ${roughly(seconds)}`,
      ),
      `engine    ${engine.name} (${engine.device}); the times are those of 2 cores`,
      `in all    ${roughly(totalSeconds)} for the network; the methods come on top, seconds to minutes each`,
      'Nothing was done.',
    ].join('\n'),
  )
  terminal.printJson(plan)
}

/** @throws InputError for weights that there are not */
function describeWeights(name: string, weights: string): string {
  if (isOwnNetwork(name)) return existsSync(name) ? name : `${name}, which is not here`
  const chosen = chooseWeights(findBackbone(name), weights)
  if (chosen.kind === 'tag') return `${chosen.tag} (${chosen.cached ? 'here already' : 'to be downloaded'})`
  return chosen.kind === 'file' ? chosen.path : 'none'
}

function describeViews({ fixed, random }: { fixed: number; random: number }): string {
  if (fixed + random === 1) return ''
  const more = random > 0 ? ` and ${counted(random, 'random view')} of each image to fit` : ''
  return ` of ${counted(fixed, 'view')} of each image${more}`
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

const CLASSES_DRAWN = 20
const DRAWN = { train: 20, val: 10, test: 20 }

function drawnCounts({ dataset, splits }: Experiment) {
  const each: Record<string, number> = dataset.perClass ?? DRAWN
  return { fit: CLASSES_DRAWN * (each[splits.fit] ?? 0), test: CLASSES_DRAWN * (each[splits.test] ?? 0) }
}

async function realCounts(experiment: Experiment, terminal: Terminal) {
  const { fit, test } = await openImages(experiment, terminal.onProgress)
  return { fit: fit.length, test: test.length }
}
