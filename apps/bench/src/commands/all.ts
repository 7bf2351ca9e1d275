import type { Command } from 'commander'
import { addClassify } from './classify.ts'
import { addCompare } from './compare.ts'
import { addCompletion } from './completion.ts'
import { addData } from './data.ts'
import { addDoctor, addEngine } from './engine.ts'
import { addEvaluate } from './evaluate.ts'
import { addExplain } from './explain.ts'
import { addFeatures } from './features.ts'
import { addMethods } from './methods.ts'
import { addPredict } from './predict.ts'
import { addReport } from './report.ts'
import { addRun } from './run.ts'
import { addExport, addTrain } from './train.ts'
import { addWeb } from './web.ts'
import { addWorker } from './worker.ts'

/** Every command, in the order of the help. */
export const commands: readonly ((program: Command) => void)[] = [
  addRun,
  addWorker,
  addReport,
  addCompare,
  addData,
  addFeatures,
  addClassify,
  addMethods,
  addTrain,
  addExport,
  addPredict,
  addEvaluate,
  addExplain,
  addWeb,
  addEngine,
  addDoctor,
  addCompletion,
]
