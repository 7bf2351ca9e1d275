import { availableParallelism } from 'node:os'

/** One thread for each processor that this process may use, eight at most: more do not pay on these kernels. */
export const threadCount = () => Math.min(availableParallelism(), 8)
