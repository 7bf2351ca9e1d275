import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'

const total = () =>
  cpus().reduce(
    (sum, { times: { idle, ...busy } }) => {
      const used = Object.values(busy).reduce((a, b) => a + b)
      return { busy: sum.busy + used, all: sum.all + used + idle }
    },
    { busy: 0, all: 0 },
  )

/** The share of the processors that other programs use while this one waits for a second: 0 on a quiet machine. */
export async function busyWithOthers() {
  const before = total()
  await setTimeout(1000)
  const after = total()
  return (after.busy - before.busy) / (after.all - before.all)
}
