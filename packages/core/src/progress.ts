/** What long work reports while it goes on. A task starts, advances any number of times, and ends. */
export type ProgressEvent =
  | { kind: 'start'; task: string; total?: number; unit?: string }
  | { kind: 'advance'; task: string; done: number; total?: number; note?: string }
  | { kind: 'end'; task: string; note?: string }
  | { kind: 'note'; task: string; text: string }

export type OnProgress = (event: ProgressEvent) => void

/** Passes that are shown as one task. */
export interface JoinedTask {
  /** Does the next pass, which reports to the function it is given as if it were alone. */
  pass<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T>
  /** To be called after the last pass. */
  end(): void
}

/**
 * Shows work that takes several passes as one task, with one count and one end. It starts with the first pass that reports
 * anything; a pass that reports nothing, because its result was there already, is not counted.
 * @param sizes what each pass counts to
 */
export function joinedTask(
  onProgress: OnProgress,
  { task, unit, sizes }: { task: string; unit?: string; sizes: readonly number[] },
): JoinedTask {
  const planned = [...sizes]
  let current = 0
  let isStarted = false
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  return {
    async pass(work) {
      const before = sum(planned.slice(0, current))
      let done = 0
      const result = await work((event) => {
        if (event.kind === 'note') return onProgress({ ...event, task })
        if (event.kind === 'end') return
        if (event.total !== undefined) planned[current] = event.total
        const total = sum(planned)
        if (!isStarted) onProgress({ kind: 'start', task, total, unit })
        isStarted = true
        if (event.kind === 'start') return
        done = event.done
        onProgress({ ...event, task, done: before + done, total })
      })
      planned[current++] = done
      return result
    },
    end() {
      if (isStarted) onProgress({ kind: 'end', task })
    },
  }
}
