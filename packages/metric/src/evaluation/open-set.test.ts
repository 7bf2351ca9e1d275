import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readSafetensors } from '@dml-crc/core'
import { Prng } from '@dml-crc/core/prng'
import { loadEngine } from '@dml-crc/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc } from '../methods/representation/crc.ts'
import { predict } from '../model/predict.ts'
import { stratifiedFolds } from '../samples/folds.ts'
import { type Matrix, takeRows } from '../samples/matrix.ts'
import { calibrate } from './calibrate.ts'

const file = (split: string) =>
  fileURLToPath(new URL(`../../../../../shared/features/flowers102.mobilenet_v1.${split}.safetensors`, import.meta.url))
const isHere = existsSync(file('train'))

interface Samples {
  features: Matrix
  labels: Int32Array
}

async function read(split: string): Promise<Samples> {
  const { tensors } = await readSafetensors(file(split))
  const { data, shape } = tensors.get('features')!
  const labels = Int32Array.from(tensors.get('labels')!.data as Int32Array)
  return { features: { data: Float32Array.from(data as Float32Array), shape: [shape[0], shape[1]] }, labels }
}

/** The samples of the classes that are wanted. */
function ofClasses({ features, labels }: Samples, isWanted: (label: number) => boolean): Samples {
  const rows = [...labels.keys()].filter((i) => isWanted(labels[i]))
  return { features: takeRows(features, rows), labels: Int32Array.from(rows, (i) => labels[i]) }
}

describe.skipIf(!isHere)('«none of these» (skipped without ../shared/features)', () => {
  beforeAll(() => loadEngine({ prefer: 'wasm' }))

  it('is said of few images of known classes, and far more often of classes that were left out', async () => {
    const [train, val] = [await read('train'), await read('val')]
    const CLASSES = 82
    const isKnown = (label: number) => label < CLASSES
    const { features, labels } = ofClasses(train, isKnown)
    const method = crc.make({ lambda: 0.1 })

    // The threshold is chosen on held-out samples of the known classes.
    const scores = { data: new Float32Array(labels.length * CLASSES), shape: [labels.length, CLASSES] as const }
    for (const { fit, held } of stratifiedFolds(labels, 3, Prng.fromSeed(0))) {
      const model = await method.fit(
        takeRows(features, fit),
        Int32Array.from(fit, (i) => labels[i]),
      )
      const said = await predict(model, takeRows(features, held))
      for (const [k, i] of held.entries()) {
        scores.data.set(said.scores.data.subarray(k * CLASSES, (k + 1) * CLASSES), i * CLASSES)
      }
    }
    const model = { ...(await method.fit(features, labels)), calibration: calibrate(scores, labels) }
    const shareUnknown = async (samples: Samples) => {
      const { unknown } = await predict(model, samples.features)
      return unknown!.reduce((sum, one) => sum + one, 0) / samples.labels.length
    }
    const known = await shareUnknown(ofClasses(val, isKnown))
    const leftOut = await shareUnknown(ofClasses(val, (label) => !isKnown(label)))
    expect(known).toBeLessThan(0.1)
    expect(leftOut).toBeGreaterThan(4 * known)
  })
})
