import type { ProgressEvent } from '@dml-crc/core'

/** What the parent of a process of tasks tells it. */
export interface Order {
  run: string
  key: string
}

/** What it answers. */
export type Answer =
  | { kind: 'progress'; event: ProgressEvent }
  | { kind: 'done' }
  /** `isFinal`: it would end so again. */
  | { kind: 'failed'; message: string; isFinal: boolean }
