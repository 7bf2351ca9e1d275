export { type ClassLayout, classLayout } from './class-layout.ts'
export type { Rule } from './class-residuals.ts'
export type { Classifier, FittedClassifier, Prediction } from './classifier.ts'
export {
  type CollaborativeLossInput,
  collaborativeLogits,
  collaborativeLoss,
  crossEntropy,
} from './collaborative-loss.ts'
export { type CrcOptions, crc } from './crc.ts'
export { type CrossValidateOptions, type CrossValidation, crossValidate } from './cross-validate.ts'
export { classifierOf, dmlCrc } from './dml-crc.ts'
export { type FitMetricOptions, type FittedMetric, fitMetric } from './fit-metric.ts'
export { type Fold, stratifiedFolds } from './folds.ts'
export {
  type Mahalanobis,
  type MahalanobisOptions,
  type MetricForm,
  type MetricInit,
  mahalanobis,
} from './mahalanobis.ts'
export type { Features, Matrix } from './matrix.ts'
export { accuracy, type ClassMeasures, confusionMatrix, meanPerClass, perClass, topK } from './measures.ts'
export { knn, ncm } from './nearest.ts'
export { type NormaliseOptions, normalise, normaliseTensor } from './normalise.ts'
export { type ProCrcOptions, proCrc } from './pro-crc.ts'
export { ridge } from './ridge.ts'
export { type SoftmaxRegressionOptions, softmaxRegression } from './softmax-regression.ts'
