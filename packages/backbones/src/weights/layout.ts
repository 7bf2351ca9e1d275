import type { TensorData } from '@dml-crc/core'
import type { Parameter } from '../layers/parameter.ts'
import type { Naming } from './naming.ts'

/** The shapes in which a file of that framework may hold a parameter. */
export function storedShapes(framework: Naming['framework'], { role, layout, shape }: Parameter): number[][] {
  if (role !== 'kernel') return [[...shape]]
  if (layout === 'linear') return [framework === 'keras' ? [...shape] : [shape[1], shape[0]]]
  const [height, width, inputs, outputs] = shape
  if (framework === 'keras') {
    return layout === 'dense' ? [[height * width * inputs, outputs]] : [[height, width, inputs, outputs]]
  }
  // A depthwise kernel HWC1 is [C, 1, H, W] there: its one "input" channel is what is last here.
  if (layout === 'depthwise') return [[inputs, outputs, height, width]]
  const convolution = [outputs, inputs, height, width]
  // torchvision flattens the map channels first; timm keeps the dense layer a convolution. Both lie alike in memory.
  return layout === 'dense' ? [convolution, [outputs, inputs * height * width]] : [convolution]
}

const TILE = 32

/** The numbers of a stored tensor in the order of the parameter's shape. */
export function arrange(framework: Naming['framework'], parameter: Parameter, data: TensorData): Float32Array {
  const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>)
  if (framework === 'keras' || parameter.role !== 'kernel') return values
  const [height, width, inputs, outputs] = parameter.layout === 'linear' ? [1, 1, ...parameter.shape] : parameter.shape
  const area = height * width
  const [outer, inner] = parameter.layout === 'depthwise' ? [inputs * outputs, 1] : [outputs, inputs]
  const rearranged = new Float32Array(values.length)
  // [outer, inner, area] becomes [area, inner, outer] tile by tile: both sides of a tile stay in the processor's cache.
  for (let firstOuter = 0; firstOuter < outer; firstOuter += TILE) {
    const endOuter = Math.min(firstOuter + TILE, outer)
    for (let firstInner = 0; firstInner < inner; firstInner += TILE) {
      const endInner = Math.min(firstInner + TILE, inner)
      for (let position = 0; position < area; position++) {
        for (let i = firstInner; i < endInner; i++) {
          const to = (position * inner + i) * outer
          for (let o = firstOuter; o < endOuter; o++) {
            rearranged[to + o] = values[(o * inner + i) * area + position]
          }
        }
      }
    }
  }
  return rearranged
}
