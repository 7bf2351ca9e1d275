import { depthwise } from './depthwise'
import { depthwiseFilterGradient, depthwiseInputGradient, foldPatches, maxPoolGradient } from './images'
import { multiply } from './multiply'
import { packB } from './pack'
import { factorBlock, factorPanel, solveRows, substitute } from './triangular'

/** Takes part in the job of kind `kind` at `job` until no chunk of it is left. The numbers are those of jobs.ts. */
export function run(kind: i32, job: usize, thread: i32): void {
  if (kind === 0) packB(job)
  else if (kind === 1) multiply(job, thread)
  else if (kind === 2) foldPatches(job)
  else if (kind === 3) maxPoolGradient(job)
  else if (kind === 4) depthwiseInputGradient(job)
  else if (kind === 5) depthwiseFilterGradient(job)
  else if (kind === 6) factorBlock(job)
  else if (kind === 7) solveRows(job)
  else if (kind === 8) substitute(job)
  else if (kind === 9) factorPanel(job)
  else if (kind === 10) depthwise(job)
}
