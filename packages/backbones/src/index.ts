export { fromGraphModel, type GraphModelOptions } from './adapters/graph-model.ts'
export { fromLayersModel } from './adapters/layers-model.ts'
export { onnxFeatures } from './adapters/onnx.ts'
export { isOwnNetwork, openOwnNetwork } from './adapters/open-own-network.ts'
export type { OwnNetworkOptions } from './adapters/own-network.ts'
export type { Backbone } from './backbone.ts'
export { type CreateBackboneOptions, createBackbone } from './create-backbone.ts'
export type { FeatureNetwork } from './feature-network.ts'
export type { Activation } from './layers/activation.ts'
export { type ConvolutionOptions, convolution } from './layers/convolution/convolution.ts'
export { type PatchOptions, patches } from './layers/convolution/patches.ts'
export { globalAverage, maxPool, overlappingMaxPool } from './layers/convolution/pooling.ts'
export { squeezeExcite } from './layers/convolution/squeeze-excite.ts'
export { dense } from './layers/dense.ts'
export { chain, type Dialect, type Layer, type LayerPlan, type Pass, type Scope } from './layers/layer.ts'
export { type LinearOptions, linear } from './layers/linear.ts'
export { layerNorm } from './layers/norm/layer-norm.ts'
export { layerScale } from './layers/norm/layer-scale.ts'
export { responseNorm } from './layers/norm/response-norm.ts'
export { type ResidualOptions, residual } from './layers/residual.ts'
export { type AttentionOptions, attention } from './layers/transformer/attention.ts'
export { attentionPool } from './layers/transformer/attention-pool.ts'
export {
  multilayerPerceptron,
  type PerceptronOptions,
  type TransformerBlockOptions,
  transformerBlock,
} from './layers/transformer/block.ts'
export { type TokenOptions, tokens } from './layers/transformer/tokens.ts'
export { type LearningRateGroup, learningRateGroups } from './learning-rates.ts'
export { findBackbone, listBackbones } from './list.ts'
export {
  averagePool,
  bilinearPool,
  classTokenAndAveragePool,
  classTokenPool,
  findPool,
  type GlobalPool,
  generalisedMeanPool,
  maximumPool,
} from './pools.ts'
export { imagenetBgr, imagenetRgb, minusOneToOne, type Preprocessing } from './preprocessing.ts'
export { type BackboneRecord, type Block, defineBackbone, type HubFile, type WeightsTag } from './record.ts'
export { type ChosenWeights, chooseWeights } from './weights/choose.ts'
export { kerasDialect, type Naming, torchDialect } from './weights/naming.ts'
