import { z } from 'zod'

/** Which features of an experiment: images of a split by one of the fixed views, or random views of those to fit on. */
export const FeaturePart = z.strictObject({
  split: z.enum(['fit', 'test']),
  kind: z.enum(['fixed', 'random']),
  /** Which of the fixed views, or of the random ones. */
  view: z.number().int(),
})
export type FeaturePart = z.infer<typeof FeaturePart>

/** What is to be done for a backbone of the experiment. Numbers are places in the lists of the experiment. */
const Work = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pretrain') }),
  z.strictObject({
    kind: z.literal('shard'),
    part: FeaturePart,
    begin: z.number().int(),
    end: z.number().int(),
  }),
  /** Looks once whether all shards are there and whole, before the rows that need them. */
  z.strictObject({ kind: z.literal('features') }),
  z.strictObject({ kind: z.literal('method'), entry: z.number().int(), seed: z.number().int() }),
  z.strictObject({ kind: z.literal('sweep'), entry: z.number().int() }),
  z.strictObject({ kind: z.literal('endToEnd'), entry: z.number().int(), seed: z.number().int() }),
])
export type Work = z.infer<typeof Work>

/** A task of a run. Its key is a digest of everything that decides its result. */
export const Task = z.strictObject({
  key: z.string(),
  title: z.string(),
  /** The place of its backbone in the experiment. */
  backbone: z.number().int(),
  work: Work,
})
export type Task = z.infer<typeof Task>

/** A task with those that are done before it, and those that are begun once it is done. */
export interface TaskNode extends Task {
  before: TaskNode[]
  after: TaskNode[]
}

const list = (): z.ZodType<TaskNode[]> => z.lazy(() => z.array(TaskNode))

export const TaskNode: z.ZodType<TaskNode> = Task.extend({ before: list(), after: list() })

/** All tasks below some nodes. */
export function everyTask(nodes: readonly TaskNode[]): TaskNode[] {
  return nodes.flatMap((node) => [...everyTask(node.before), node, ...everyTask(node.after)])
}

/**
 * What is left to do of some nodes. Features are looked at where something is still to be made of them, and nowhere else.
 * @param isDone whether the result of a task is in the store
 */
export function unfinished(nodes: readonly TaskNode[], isDone: (task: Task) => boolean): TaskNode[] {
  return nodes.flatMap((node) => {
    const after = unfinished(node.after, isDone)
    const isNeeded = node.work.kind === 'features' ? after.length > 0 : !isDone(node)
    return isNeeded ? [{ ...node, before: unfinished(node.before, isDone), after }] : after
  })
}
