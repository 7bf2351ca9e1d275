export type { Matrix } from '@dml-crc/core/arrays'
export { expectedCalibrationError } from './calibration.ts'
export { type ClassLayout, classLayout } from './class-layout.ts'
export type { Rule } from './class-residuals.ts'
export type { Classifier, FittedClassifier, Prediction } from './classifier.ts'
export type { ResidualForm } from './collaborative-code.ts'
export {
  type CollaborativeLossInput,
  type CrossEntropyOptions,
  collaborativeLogits,
  collaborativeLoss,
  crossEntropy,
} from './collaborative-loss.ts'
export { type CrcOptions, crc } from './crc.ts'
export { type CrcGrid, type CrcGridOptions, crcGrid } from './crc-grid.ts'
export { type CrossValidateOptions, type CrossValidation, crossValidate } from './cross-validate.ts'
export { classifierOf, dmlCrc } from './dml-crc.ts'
export { binomialInterval } from './evaluation/binomial-interval.ts'
export { holm } from './evaluation/holm.ts'
export { type PairedBootstrap, type PairedBootstrapOptions, pairedBootstrap } from './evaluation/paired-bootstrap.ts'
export { type ExplainInput, type Explanation, explain } from './explain.ts'
export { type FitMetricOptions, fitMetric } from './fit-metric.ts'
export { type FitReconstructionOptions, fitReconstruction } from './fit-reconstruction.ts'
export type { FittedMetric } from './fitted-metric.ts'
export { type Fold, stratifiedFolds } from './folds.ts'
export type { Choice, Choices } from './heads/choose-on-grid.ts'
export { type KernelRidgeOptions, kernelRidge } from './heads/kernel-ridge.ts'
export { type LinearSvmOptions, linearSvm } from './heads/linear-svm.ts'
export { type RanPacOptions, ranPac } from './heads/ran-pac.ts'
export { type ShrunkLdaOptions, shrunkLda } from './heads/shrunk-lda.ts'
export { type WccnOptions, wccn } from './heads/wccn.ts'
export { type LmnnOptions, lmnn } from './lmnn.ts'
export {
  type Mahalanobis,
  type MahalanobisOptions,
  type MetricForm,
  type MetricInit,
  mahalanobis,
} from './mahalanobis.ts'
export type { Features } from './matrix.ts'
export { accuracy, type ClassMeasures, confusionMatrix, meanPerClass, perClass, topK } from './measures.ts'
export { nca, type ShallowMetricOptions } from './nca.ts'
export { knn, ncm } from './nearest.ts'
export { centerOf, type NormaliseOptions, normalise, normaliseTensor } from './normalise.ts'
export { type NrcOptions, nrc } from './nrc.ts'
export { nsc } from './nsc.ts'
export { type ProCrcOptions, proCrc } from './pro-crc.ts'
export { randomSigns } from './random-signs.ts'
export { type Retrieval, retrieval } from './retrieval.ts'
export { ridge } from './ridge.ts'
export { type RobustProCrcOptions, robustProCrc } from './robust-pro-crc.ts'
export { type BootstrapOptions, bootstrapInterval, hits, type McNemar, mcnemar } from './significance.ts'
export { type SoftmaxRegressionOptions, softmaxRegression } from './softmax-regression.ts'
export { wcrc } from './wcrc.ts'
