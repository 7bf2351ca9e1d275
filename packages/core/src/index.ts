export { replaceFile, writeFileAtomic, writeJsonAtomic } from './atomic-file.ts'
export { type DownloadOptions, download } from './download.ts'
export {
  DataError,
  DmlCrcError,
  DownloadError,
  EngineError,
  type ErrorParts,
  InputError,
  NumericalError,
} from './errors.ts'
export { homeFolder } from './home.ts'
export { editDistance, nearest } from './nearest.ts'
export { Prng, type PrngState } from './prng.ts'
export type { OnProgress, ProgressEvent } from './progress.ts'
export {
  type HostTensor,
  readSafetensors,
  type Safetensors,
  type SafetensorsEntry,
  SafetensorsFile,
  type TensorData,
  writeSafetensors,
} from './safetensors.ts'
