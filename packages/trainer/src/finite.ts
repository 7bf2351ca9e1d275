import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'

/** The first tensor that holds a number that is not finite. */
async function firstNotFinite(tensors: ReadonlyMap<string, tf.Tensor>): Promise<string | undefined> {
  for (const [name, tensor] of tensors) {
    const finite = tf.tidy(() => tf.all(tf.isFinite(tensor)))
    const [whole] = await finite.data()
    finite.dispose()
    if (!whole) return name
  }
  return undefined
}

/** Where a run stands when it is checked, for the message of what is wrong. */
export interface Standing {
  step: number
  /** What multiplies the gradients of each group, by the group's name. */
  rates: ReadonlyMap<string, number>
  /** The step of the last checkpoint and where it is, where there is one. */
  checkpoint?: { step: number; folder: string }
}

const REMEDY = 'Lower the learning rate, clip the gradients (clipNorm), or look at the images of this batch.'

function stopped(received: string, { step, rates, checkpoint }: Standing): NumericalError {
  const atRates = [...rates].map(([name, rate]) => `${name} ${rate}`).join(', ')
  const kept = checkpoint ? ` The checkpoint after step ${checkpoint.step} in ${checkpoint.folder} is sound.` : ''
  return new NumericalError(`step ${step} (rates: ${atRates})`, {
    expected: 'a finite loss, finite gradients and finite weights',
    received,
    remedy: `${REMEDY}${kept}`,
  })
}

/**
 * Refuses a step whose loss or global gradient norm is not finite, before it spoils the weights.
 * @throws {NumericalError} with the step, the rates, the tensor it came from and the last sound checkpoint.
 */
export async function checkStep(
  loss: number,
  norm: number,
  tensors: { gradients: ReadonlyMap<string, tf.Tensor>; variables: ReadonlyMap<string, tf.Variable> },
  standing: Standing,
): Promise<void> {
  if (Number.isFinite(loss) && Number.isFinite(norm)) return
  const variable = await firstNotFinite(tensors.variables)
  if (variable) throw stopped(`a weight ${variable} that is not finite (loss ${loss})`, standing)
  const gradient = await firstNotFinite(tensors.gradients)
  const what = gradient ? `a gradient of ${gradient} that is not finite` : `a gradient norm of ${norm}`
  throw stopped(`loss ${loss} and ${what}`, standing)
}

/**
 * Refuses to keep weights that are not finite: the last step of an epoch may have spoilt them after its loss was taken.
 * @throws {NumericalError} as {@link checkStep}.
 */
export async function checkWeights(variables: ReadonlyMap<string, tf.Variable>, standing: Standing): Promise<void> {
  const finite = tf.tidy(() => tf.all(tf.stack([...variables.values()].map((v) => tf.all(tf.isFinite(v))))))
  const [whole] = await finite.data()
  finite.dispose()
  if (whole) return
  throw stopped(`a weight ${await firstNotFinite(variables)} that is not finite`, standing)
}
