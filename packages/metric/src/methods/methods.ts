import { choiceError } from '@dml-crc/core/nearest'
import type { Method } from '../fitting/define-method.ts'
import { kernelRidge } from './kernel/kernel-ridge.ts'
import { ranPac } from './kernel/ran-pac.ts'
import { lda } from './linear/lda.ts'
import { linearSvm } from './linear/linear-svm.ts'
import { ridge } from './linear/ridge.ts'
import { softmax } from './linear/softmax.ts'
import { dmlCrc } from './metric-learning/dml-crc.ts'
import { dmlCrcGradient } from './metric-learning/dml-crc-gradient.ts'
import { dmlProCrc } from './metric-learning/dml-pro-crc.ts'
import { lmnn } from './metric-learning/lmnn.ts'
import { nca } from './metric-learning/nca.ts'
import { reconstruction } from './metric-learning/reconstruction.ts'
import { knn } from './nearest/knn.ts'
import { ncm } from './nearest/ncm.ts'
import { wccn } from './nearest/wccn.ts'
import { crNrc } from './representation/cr-nrc.ts'
import { crc } from './representation/crc.ts'
import { nrc } from './representation/nrc.ts'
import { nsc } from './representation/nsc.ts'
import { pcrc } from './representation/pcrc.ts'
import { proCrc } from './representation/pro-crc.ts'
import { robustProCrc } from './representation/robust-pro-crc.ts'
import { wcrc } from './representation/wcrc.ts'

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
  )
}
