import type { WeightsTag } from '../record.ts'

/** The tag of weights that timm publishes on the hub under the name of the network. */
export const timmWeights = (
  name: string,
  tag: string,
  rest: Pick<WeightsTag, 'trainedOn' | 'licence' | 'preprocessing'>,
): Record<string, WeightsTag> => ({
  [tag]: { ...rest, sources: [{ repository: `timm/${name}.${tag}`, file: 'model.safetensors' }] },
})
