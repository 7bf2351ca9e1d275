import type { HostTensor } from './arrays/tensor.ts'

/** The state of a part of something that can be stopped and taken up again: plain JSON, and tensors on the host. */
export interface Snapshot {
  json: unknown
  tensors: ReadonlyMap<string, HostTensor>
}

/** A part whose state a checkpoint must hold; restored, it goes on as if it had never been stopped. */
export interface Stateful {
  save(): Promise<Snapshot>
  /** @throws {InputError | DataError} when the snapshot is not one of this part. */
  restore(snapshot: Snapshot): void | Promise<void>
}
