export { hasLabels, readFeatures, readLabels, readMat } from './arrays/read.ts'
export type { Safetensors, SafetensorsEntry } from './arrays/safetensors.ts'
export { readSafetensors, SafetensorsFile, writeSafetensors } from './arrays/safetensors-file.ts'
export type { HostTensor, TensorData } from './arrays/tensor.ts'
export { writeMat } from './arrays/write-mat.ts'
export { listFolder, replaceFile, replaceFolder, swapFolder, writeFileAtomic, writeJsonAtomic } from './atomic-file.ts'
export { unwritable } from './disk-error.ts'
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
export { interruptible } from './interruptible.ts'
export { parseJson, readJson, type Schema } from './json-file.ts'
export { sweepLeftovers } from './leftovers.ts'
export { acquireLock, type LockOptions, withLock } from './lock.ts'
export { choiceError, editDistance, nearest } from './nearest.ts'
export { Prng, type PrngState } from './prng.ts'
export type { OnProgress, ProgressEvent } from './progress.ts'
export { readBytes, unreadable } from './read-file.ts'
export type { Snapshot, Stateful } from './stateful.ts'
