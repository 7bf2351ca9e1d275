export { float32ToFloat16 } from './arrays/float16.ts'
export type { MatValue } from './arrays/mat-values.ts'
export { readFeatures, readLabels, readLabelsBeside, readMat, readMatValues } from './arrays/read.ts'
export type { Safetensors, SafetensorsEntry } from './arrays/safetensors.ts'
export { readSafetensors, SafetensorsFile, writeSafetensors } from './arrays/safetensors-file.ts'
export type { HostTensor, TensorData } from './arrays/tensor.ts'
export { writeMat } from './arrays/write-mat.ts'
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
export {
  listFolder,
  replaceFile,
  replaceFolder,
  swapFolder,
  writeFileAtomic,
  writeJsonAtomic,
} from './files/atomic-file.ts'
export { unwritable } from './files/disk-error.ts'
export { homeFolder } from './files/home.ts'
export { readJson } from './files/json-file.ts'
export { sweepLeftovers } from './files/leftovers.ts'
export { acquireLock, clearLock, type LockOptions, withLock } from './files/lock.ts'
export { readBytes, unreadable } from './files/read-file.ts'
export { openZip, type ZipEntry } from './files/zip.ts'
export { interruptible } from './interruptible.ts'
export { jsonValue, parseJson, type Schema } from './json.ts'
export { choiceError, editDistance, nearest } from './nearest.ts'
export { checkPositive, checkWhole } from './numbers.ts'
export { Prng, type PrngState } from './prng.ts'
export { type JoinedTask, joinedTask, type OnProgress, type ProgressEvent } from './progress.ts'
export type { Snapshot, Stateful } from './stateful.ts'
