/** What long work reports while it goes on. A task starts, advances any number of times, and ends. */
export type ProgressEvent =
  | { kind: 'start'; task: string; total?: number; unit?: string }
  | { kind: 'advance'; task: string; done: number; total?: number; note?: string }
  | { kind: 'end'; task: string; note?: string }
  | { kind: 'note'; task: string; text: string }

export type OnProgress = (event: ProgressEvent) => void
