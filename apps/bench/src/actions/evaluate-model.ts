import { InputError, nearest } from '@dml-crc/core'
import { folder, type ImageRecord } from '@dml-crc/datasets'
import { meanPerClass } from '@dml-crc/metric'
import { type ImageModel, type ImagePrediction, predict } from '@dml-crc/trainer'

/** How well a model names images whose classes are known. */
export interface Evaluation {
  count: number
  top1: number
  top5: number
  meanPerClass: number
  /** Share of the images that it says show none of its classes. */
  unknown: number
  wrong: { image: string; truth: string; predicted: string; probability: number }[]
}

/**
 * Classifies photographs in class folders, or of a manifest, and measures how well.
 * @throws InputError for a class that the model does not know; DataError for a folder without classes
 */
export async function evaluateModel(model: ImageModel, root: string, manifest?: string): Promise<Evaluation> {
  const photographs = await folder(root, { manifest })
  const records = await photographs.split('all')
  const known = model.model.classNames ?? []
  const truth = records.map(({ label }) => classIn(known, photographs.classes[label]))
  const predictions = await predict(
    model,
    records.map(({ path }) => path),
  )
  const right = (test: (each: ImagePrediction, name: string) => boolean) =>
    predictions.filter((each, i) => test(each, known[truth[i]])).length / records.length
  return {
    count: records.length,
    top1: right((each, name) => each.className === name),
    top5: right(({ top }, name) => top.some(({ className }) => className === name)),
    meanPerClass: meanPerClass(
      Int32Array.from(predictions, ({ label }) => label),
      Int32Array.from(truth),
    ),
    unknown: right(({ unknown }) => unknown),
    wrong: wrongOnes(known, records, truth, predictions),
  }
}

function classIn(known: readonly string[], name: string): number {
  const place = known.indexOf(name)
  if (place >= 0) return place
  const meant = nearest(name, known)
  throw new InputError('classes of the photographs', {
    expected: `those of the model: ${known.join(', ')}`,
    received: `«${name}»`,
    remedy: meant
      ? `Did you mean ${meant}? Rename the folder.`
      : 'Leave the folder out, or make a model that knows it.',
  })
}

function wrongOnes(
  known: readonly string[],
  records: readonly ImageRecord[],
  truth: readonly number[],
  predictions: readonly ImagePrediction[],
): Evaluation['wrong'] {
  return predictions.flatMap(({ label, className, top }, i) =>
    label === truth[i]
      ? []
      : [
          {
            image: records[i].id,
            truth: known[truth[i]],
            predicted: className,
            probability: top[0].probability,
          },
        ],
  )
}
