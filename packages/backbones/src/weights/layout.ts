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

/** The numbers of a stored tensor in the order of the parameter's shape. */
export function arrange(framework: Naming['framework'], parameter: Parameter, data: TensorData): Float32Array {
  const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>)
  if (framework === 'keras' || parameter.role !== 'kernel') return values
  const [height, width, inputs, outputs] = parameter.layout === 'linear' ? [1, 1, ...parameter.shape] : parameter.shape
  const area = height * width
  const rearranged = new Float32Array(values.length)
  let from = 0
  const [outer, inner] = parameter.layout === 'depthwise' ? [inputs, outputs] : [outputs, inputs]
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const offset = parameter.layout === 'depthwise' ? o * inner + i : i * outer + o
      for (let position = 0; position < area; position++) {
        rearranged[position * outer * inner + offset] = values[from++]
      }
    }
  }
  return rearranged
}
