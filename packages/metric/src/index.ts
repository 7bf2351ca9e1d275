export type { RuleWeights } from './coding/class-logits.ts'
export type { ResidualsBy, Rule } from './coding/residuals.ts'
export { binomialInterval } from './evaluation/binomial-interval.ts'
export { calibrate } from './evaluation/calibrate.ts'
export { expectedCalibrationError, type ReliabilityBin, reliability } from './evaluation/calibration.ts'
export { type CrcGrid, type CrcGridOptions, crcGrid } from './evaluation/crc-grid.ts'
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  DEFAULT_FOLDS,
} from './evaluation/cross-validate.ts'
export { holm } from './evaluation/holm.ts'
export { accuracy, type ClassMeasures, confusionMatrix, meanPerClass, perClass, topK } from './evaluation/measures.ts'
export { type PairedBootstrap, type PairedBootstrapOptions, pairedBootstrap } from './evaluation/paired-bootstrap.ts'
export { type Retrieval, retrieval } from './evaluation/retrieval.ts'
export {
  combinations,
  type MethodOptions,
  type Selection,
  type SelectOptions,
  selectOptions,
} from './evaluation/select-options.ts'
export { type BootstrapOptions, bootstrapInterval, hits, type McNemar, mcnemar } from './evaluation/significance.ts'
export { fitSamples, takeSamples, type ViewedSamples, type Views } from './evaluation/viewed-samples.ts'
export {
  type Classifier,
  defineMethod,
  type Fitted,
  type Method,
  type MethodContext,
} from './fitting/define-method.ts'
export type { Samples } from './fitting/normalised-samples.ts'
export { parseOptions } from './fitting/parse-options.ts'
export { fitSums, type SumsMethod } from './heads/fit-sums.ts'
export { mergeSums, type SampleSums, type SumsOptions, sampleSums } from './heads/sample-sums.ts'
export { adamStep } from './learning/adam.ts'
export {
  type CollaborativeObjective,
  collaborativeObjective,
  type ObjectiveOptions,
  type ObjectiveSettings,
  resumeObjective,
} from './learning/collaborative-objective.ts'
export { type FeatureBank, type FeatureBankOptions, featureBank } from './learning/feature-bank.ts'
export {
  type CollaborativeLossInput,
  collaborativeLogits,
  collaborativeLoss,
  type Numbers,
} from './learning/losses/collaborative-loss.ts'
export { type CrossEntropyOptions, crossEntropy } from './learning/losses/cross-entropy.ts'
export {
  type Mahalanobis,
  type MahalanobisOptions,
  type MetricForm,
  type MetricInit,
  mahalanobis,
} from './learning/mahalanobis/mahalanobis.ts'
export { type MetricParameters, type MetricStart, metricParameters } from './learning/mahalanobis/metric-parameters.ts'
export { type PrincipalDirections, principalDirections } from './learning/mahalanobis/principal-directions.ts'
export type { MetricOptions } from './learning/metric-options.ts'
export { kernelRidge } from './methods/kernel/kernel-ridge.ts'
export { ranPac } from './methods/kernel/ran-pac.ts'
export { lda } from './methods/linear/lda.ts'
export { linearSvm } from './methods/linear/linear-svm.ts'
export { ridge } from './methods/linear/ridge.ts'
export { softmax } from './methods/linear/softmax.ts'
export { methodNamed, methods } from './methods/methods.ts'
export { dmlCrc, type FitDmlCrcOptions, fitDmlCrc } from './methods/metric-learning/dml-crc.ts'
export { dmlCrcGradient } from './methods/metric-learning/dml-crc-gradient.ts'
export { lmnn } from './methods/metric-learning/lmnn.ts'
export { nca } from './methods/metric-learning/nca.ts'
export { reconstruction } from './methods/metric-learning/reconstruction.ts'
export { knn } from './methods/nearest/knn.ts'
export { ncm } from './methods/nearest/ncm.ts'
export { wccn } from './methods/nearest/wccn.ts'
export { crc } from './methods/representation/crc.ts'
export { nrc } from './methods/representation/nrc.ts'
export { nsc } from './methods/representation/nsc.ts'
export { proCrc } from './methods/representation/pro-crc.ts'
export { robustProCrc } from './methods/representation/robust-pro-crc.ts'
export { wcrc } from './methods/representation/wcrc.ts'
export { modelFromBytes, modelToBytes } from './model/bytes.ts'
export { explain } from './model/explain.ts'
export type { Explanation } from './model/explanation.ts'
export {
  type Calibration,
  type Choice,
  type CollaborativeModel,
  type Decision,
  type Embedding,
  type Model,
  modelClasses,
  modelWidth,
} from './model/model.ts'
export type { Normalisation } from './model/normalisation.ts'
export { calibrated, type OpenModel, openModel, type Prediction } from './model/open.ts'
export { embed, predict, scores } from './model/predict.ts'
export { add, remove } from './model/update.ts'
export { type Fold, stratifiedFolds } from './samples/folds.ts'
export type { Features, Matrix } from './samples/matrix.ts'
export { randomSigns } from './samples/random-signs.ts'
