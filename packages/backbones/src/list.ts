import { choiceError } from '@dml-crc/core'
import * as models from './models.ts'
import type { BackboneRecord } from './record.ts'

const BACKBONES: readonly BackboneRecord[] = Object.values(models)

/** The backbones whose name matches `pattern`, where `*` stands for any text: all of them by default. */
export function listBackbones(pattern = '*'): readonly BackboneRecord[] {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  const matcher = new RegExp(`^${escaped}$`)
  return BACKBONES.filter(({ name }) => matcher.test(name))
}

/** @throws {InputError} when no backbone has that name. */
export function findBackbone(name: string): BackboneRecord {
  const found = BACKBONES.find((record) => record.name === name)
  if (found) return found
  const names = BACKBONES.map((record) => record.name)
  throw choiceError('backbone', name, names, 'Choose one of these, or pass a record of your own from defineBackbone.')
}
