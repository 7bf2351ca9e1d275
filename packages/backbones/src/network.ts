import type { Dialect, Layer } from './layers/layer.ts'
import type { Parameter } from './layers/parameter.ts'
import type { Block } from './record.ts'

/** A block built: its layers and the parameters they declared. */
export interface BuiltBlock {
  name: string
  /** As {@link Block.prefixTokens}. */
  prefixTokens?: number
  layer: Layer
  parameters: readonly Parameter[]
}

/** Builds the blocks for RGB images. No variable exists yet: weights, or an initialisation, make them. */
export function buildBlocks(blocks: readonly Block[], dialect: Dialect): BuiltBlock[] {
  let channels = 3
  return blocks.map(({ name, prefixTokens, plan }) => {
    const parameters: Parameter[] = []
    const declare = (spec: Omit<Parameter, 'variable' | 'block'>): Parameter => {
      const parameter: Parameter = { ...spec, block: name }
      parameters.push(parameter)
      return parameter
    }
    const layer = plan({ dialect, declare }, channels)
    channels = layer.channels
    return { name, prefixTokens, layer, parameters }
  })
}
