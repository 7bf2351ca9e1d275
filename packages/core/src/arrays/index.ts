// Nothing here imports a module of Node: these parsers run in a browser too.
export { type CsvOptions, type CsvRow, csvRows } from './csv.ts'
export { checkLabelCount, type Label, type Matrix, toLabels, toMatrix } from './matrix.ts'
export { parseNpy } from './npy.ts'
export {
  encodeSafetensors,
  parseSafetensors,
  type Safetensors,
  type SafetensorsDtype,
  type SafetensorsEntry,
} from './safetensors.ts'
export { parseTable } from './table.ts'
export type { FileArray, HostTensor, TensorData } from './tensor.ts'
