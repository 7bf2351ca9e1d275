import { methodNamed } from '@dml-crc/metric'
import type { EndToEndEntry, MethodEntry } from './schema.ts'

/** What a method is called in tables. */
export const methodLabel = ({ method, label }: Pick<MethodEntry, 'method' | 'label'>): string =>
  label ?? methodNamed(method).label

const LABELS: Record<EndToEndEntry['method'], string> = {
  dmlCrc: 'DML-CRC',
  softmax: 'softmax',
  arcFace: 'ArcFace',
  proxyNca: 'Proxy-NCA',
  triplet: 'triplet',
}

/** What a method that trains network and classifier together is called in tables. */
export const endToEndLabel = ({ method, label }: Pick<EndToEndEntry, 'method' | 'label'>): string =>
  label ?? LABELS[method]
