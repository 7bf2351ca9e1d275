import { InputError } from '@dml-crc/core/errors'
import type { CollaborativeModel, Model } from './model.ts'

/** @throws {InputError} unless the model is one of the CRC family. */
export function requireCollaborative(model: Model, what: string): CollaborativeModel {
  if (model.decision.kind === 'collaborative') return model as CollaborativeModel
  throw new InputError(what, {
    expected: 'a model of the CRC family, whose codes say which samples count',
    received: `one of ${model.method}, which has no codes`,
    remedy: 'Fit DML-CRC, CRC, ProCRC, NRC, NSC or WCRC.',
  })
}
