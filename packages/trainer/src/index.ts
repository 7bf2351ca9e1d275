export type { Callback, EpochEvent, GradientEvent, Outcome, RunInfo, StepEvent } from './callback.ts'
export { bestWeights } from './callbacks/best-weights.ts'
export { csv } from './callbacks/csv.ts'
export { earlyStopping } from './callbacks/early-stopping.ts'
export { jsonLines } from './callbacks/json-lines.ts'
export { leakWatch } from './callbacks/leak-watch.ts'
export { progress, type Sink } from './callbacks/progress.ts'
export { tensorBoard } from './callbacks/tensorboard.ts'
export { CheckpointFolder, type CheckpointKind, type LoadedCheckpoint, type RunState } from './checkpoint.ts'
export { exportModel } from './export/export-model.ts'
export {
  holdsImageModel,
  type ImageModelParts,
  type LoadExportOptions,
  loadExport,
  saveImageModel,
} from './export/image-model-file.ts'
export { openPageNetwork, writePageModel } from './export/page-model.ts'
export type { Precision } from './export/precision.ts'
export {
  type ExtractedFeatures,
  type ExtractOptions,
  extractFeatures,
  extractToFile,
} from './features/extract-features.ts'
export { extractShard, type FeatureShard, type ShardOptions } from './features/extract-shard.ts'
export {
  type ExtractedViews,
  type ExtractViewsOptions,
  extractViews,
  meanOfViews,
} from './features/extract-views.ts'
export { FeatureFile } from './features/feature-file.ts'
export { type CheckpointOptions, type EpochRecord, type FitOptions, fit, type RunResult } from './fit.ts'
export { type ArcFaceOptions, arcFaceLoss } from './losses/arc-face.ts'
export { type ProxyNcaOptions, proxyNcaLoss } from './losses/proxy-nca.ts'
export { type TripletOptions, tripletLoss } from './losses/triplet.ts'
export { adamW } from './optimizer/adamw.ts'
export { Optimizer, type Update, type UpdateRule } from './optimizer/optimizer.ts'
export { allVariables, decayOnlyKernels, type ParameterGroup } from './optimizer/parameter-group.ts'
export { constant, type Schedule, stepDecay, warmUpCosine } from './optimizer/schedules.ts'
export { sgd } from './optimizer/sgd.ts'
export { explainImages, type ImageExplanation } from './prediction/explain-images.ts'
export { type ImageModel, type ImagePrediction, predict } from './prediction/predict.ts'
export type { Samples, Task, TrainingBatch } from './task.ts'
export { arcFaceTask } from './tasks/arc-face.ts'
export type { ClassPointsOptions, ClassPointsTask } from './tasks/class-points.ts'
export { type DmlCrcTask, type DmlCrcTaskOptions, dmlCrcTask } from './tasks/dml-crc.ts'
export { proxyNcaTask } from './tasks/proxy-nca.ts'
export { type SoftmaxTask, type SoftmaxTaskOptions, softmaxTask } from './tasks/softmax.ts'
export { type TripletTask, type TripletTaskOptions, tripletTask } from './tasks/triplet.ts'
export { EventWriter, type RgbImage } from './tensorboard/event-writer.ts'
