// Nothing here imports a module of Node: it runs in a browser too.
export { centerCrop, mirrored } from './transforms/crops.ts'
export { type Interpolation, withResampler } from './transforms/resample.ts'
export { type Size, shortSide, type Transform } from './transforms/transform.ts'
