import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DataError, InputError, interruptible, Prng, readFeatures, readLabels } from '@dml-crc/core'
import type { Label } from '@dml-crc/core/arrays'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { textTable } from '../command-line/table.ts'
import type { Terminal } from '../command-line/terminal.ts'
import type { FeatureExperiment, FeatureSet } from '../experiment/feature-schema.ts'
import { writeReport } from '../report/write.ts'
import { version } from '../results/program.ts'
import { contentKey, RunFolder } from '../results/run-folder.ts'
import { runHeader } from '../results/run-header.ts'
import type { Row } from '../results/schema.ts'
import type { SplitFeatures } from '../run/features.ts'
import { measureMethod } from '../run/measure-method.ts'
import { headCells, headColumns } from './head-table.ts'
import { GOES_ON, type RunPlace } from './run-command.ts'

interface Cell extends SplitFeatures {
  network: string
  classes: Label[]
}

/**
 * `dml-crc run` of an experiment on files of features: a folder of a run for each set, with every method on every network,
 * and one table of all.
 * @throws DataError for a file that is not there or does not belong to the others, before any work
 */
export async function runFeatureFiles(
  experiment: FeatureExperiment,
  {
    engine,
    out = join('runs', experiment.name),
    resume,
    overwrite,
    terminal,
  }: RunPlace & {
    engine?: EngineName | 'auto'
    terminal: Terminal
  },
): Promise<void> {
  const { sets } = experiment.features
  const files = new Map<FeatureSet, Cell[]>()
  for (const set of sets) files.set(set, await readSet(experiment, set))
  const loaded = await loadEngine({ prefer: engine })
  const rows: Row[] = []
  await interruptible(async (signal) => {
    for (const set of sets) {
      const place = { out: join(out, set.dataset), resume, overwrite }
      rows.push(...(await runSet(experiment, set, files.get(set)!, { loaded, terminal, signal, place })))
    }
  }, GOES_ON)
  terminal.print(textTable(headColumns(rows), headCells(rows)))
  for (const { dataset } of sets) terminal.print(join(out, dataset, 'report.html'))
  terminal.printJson(rows)
}

interface SetParts {
  loaded: Awaited<ReturnType<typeof loadEngine>>
  terminal: Terminal
  signal: AbortSignal
  place: RunPlace & { out: string }
}

/** Every method on every network of one set. */
async function runSet(
  experiment: FeatureExperiment,
  { dataset, fit, test }: FeatureSet,
  cells: readonly Cell[],
  { loaded, terminal, signal, place }: SetParts,
): Promise<readonly Row[]> {
  const header = { ...runHeader(experiment, loaded), reported: [] }
  const { classes, test: tested } = cells[0]
  await using folder = await RunFolder.open(place.out, {
    config: { version, experiment, dataset, engine: header.engine },
    header,
    images: {
      classes: classes.map(String),
      test: { ids: Array.from(tested.labels, (_, i) => `${dataset} ${test} ${i}`), labels: [...tested.labels] },
    },
    resume: place.resume,
    overwrite: place.overwrite,
  })
  const prng = Prng.fromSeed(experiment.seed)
  for (const cell of cells) {
    for (const entry of experiment.methods) {
      signal.throwIfAborted()
      const head = { dataset, backbone: cell.network, weights: 'of the features', layer: 'of the features' }
      const setting = { experiment: { ...experiment, splits: { fit, test } }, folder, terminal, prng, head }
      await measureMethod(setting, cell, { entry, key: contentKey('features', dataset, cell.network, entry) })
    }
  }
  await folder.finish()
  await writeReport(place.out)
  return folder.results.rows
}

/** The features of a set by every network: of the same samples in the same order. */
async function readSet({ features: { root, networks } }: FeatureExperiment, set: FeatureSet): Promise<Cell[]> {
  if (set.fit === set.test) {
    throw new InputError(`Splits of ${set.dataset}`, {
      expected: 'a test split that nothing is fitted on',
      received: `«${set.test}» for both`,
      remedy: 'Name different splits.',
    })
  }
  const cells: Cell[] = []
  for (const network of networks) {
    const [fit, test] = [await readSplit(root, set, network, set.fit), await readSplit(root, set, network, set.test)]
    const classes = [...new Set(fit.labels)].sort((a, b) => (a < b ? -1 : 1))
    const numbered = ({ file, features, labels }: typeof fit) => ({
      features,
      labels: Int32Array.from(labels, (label) => numberOf(label, classes, file)),
    })
    cells.push({ network, classes, fit: numbered(fit), test: numbered(test), seconds: 0 })
    const [first] = cells
    if (String(numbered(test).labels) === String(first.test.labels)) continue
    throw new DataError(test.file, {
      expected: `the samples of ${network} in the order of those of ${first.network}`,
      received: 'other labels',
      remedy: 'Make the features of all networks from one list of samples.',
    })
  }
  return cells
}

async function readSplit(root: string, { dataset }: FeatureSet, network: string, split: string) {
  const file = join(root, `${dataset}.${network}.${split}.safetensors`)
  if (!existsSync(file)) {
    const remedy = 'Name the folder of the features with --features DIR.'
    throw new DataError(file, { expected: 'a file of features', received: 'none', remedy })
  }
  return { file, features: await readFeatures(file), labels: await readLabels(file) }
}

function numberOf(label: Label, classes: readonly Label[], file: string): number {
  const found = classes.indexOf(label)
  if (found >= 0) return found
  const remedy = 'Fit and test on samples of the same classes.'
  throw new DataError(file, { expected: 'classes that the fit split has', received: `«${label}»`, remedy })
}
