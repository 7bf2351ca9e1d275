import { methodNamed } from '@dml-crc/metric'
import type { MethodEntry } from '../experiment/schema.ts'

/** What a method is called in tables. */
export const methodLabel = ({ method, label }: Pick<MethodEntry, 'method' | 'label'>): string =>
  label ?? methodNamed(method).label
