import { choiceError } from '@dml-crc/core/nearest'
import type { Method } from '../fitting/define-method.ts'
import { crNrc } from './cr-nrc.ts'
import { crc } from './crc.ts'
import { dmlCrc } from './dml-crc.ts'
import { dmlCrcGradient } from './dml-crc-gradient.ts'
import { dmlProCrc } from './dml-pro-crc.ts'
import { kernelRidge } from './kernel-ridge.ts'
import { knn } from './knn.ts'
import { lda } from './lda.ts'
import { linearSvm } from './linear-svm.ts'
import { lmnn } from './lmnn.ts'
import { nca } from './nca.ts'
import { ncm } from './ncm.ts'
import { nrc } from './nrc.ts'
import { nsc } from './nsc.ts'
import { pcrc } from './pcrc.ts'
import { proCrc } from './pro-crc.ts'
import { ranPac } from './ran-pac.ts'
import { reconstruction } from './reconstruction.ts'
import { ridge } from './ridge.ts'
import { robustProCrc } from './robust-pro-crc.ts'
import { softmax } from './softmax.ts'
import { wccn } from './wccn.ts'
import { wcrc } from './wcrc.ts'

/** Every method, in the order of tables and of help. Adding one is its file and a line here. */
export const methods = [
  softmax,
  ridge,
  lda,
  wccn,
  linearSvm,
  kernelRidge,
  ranPac,
  knn,
  ncm,
  nsc,
  crc,
  pcrc,
  proCrc,
  robustProCrc,
  nrc,
  crNrc,
  wcrc,
  nca,
  lmnn,
  reconstruction,
  dmlProCrc,
  dmlCrcGradient,
  dmlCrc,
] as unknown as readonly Method[]

/** @throws {InputError} for a name that no method has. */
export function methodNamed(name: string): Method {
  const found = methods.find((method) => method.name === name)
  if (found) return found
  throw choiceError(
    'Unknown method',
    name,
    methods.map((method) => method.name),
    'Take one of those.',
  )
}
