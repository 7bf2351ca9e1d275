// Nothing here imports a module of Node: it runs in a browser too.
export { centerCrop, mirrored } from './crops.ts'
export { type Interpolation, withResampler } from './resample.ts'
export { type Size, shortSide, type Transform } from './transform.ts'
