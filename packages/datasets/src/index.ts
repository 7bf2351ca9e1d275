export type { Box, ImageDataset, ImageRecord } from './dataset.ts'
export {
  type DatasetLists,
  type DatasetRecord,
  defineDataset,
  type Source,
  type SourceFile,
  type Terms,
} from './define-dataset.ts'
export { demo } from './demo/demo.ts'
export { type DrawDemoOptions, demoFolder, drawDemo } from './demo/draw.ts'
export { type DatasetStatus, fetchDatasetFolder, type GetOptions, listDatasets, removeDataset } from './fetching/get.ts'
export { type Verification, verifyDataset } from './fetching/verify.ts'
export { type FolderDataset, type FolderOptions, folder } from './folder.ts'
export { decoders } from './images/image.ts'
export { type Batch, createLoader, type Loader, type LoaderOptions, type LoaderState } from './loading/loader.ts'
export { cutMix, type Mix, type Mixed, mixup } from './loading/mix.ts'
export { classBalanced, type Sampler, sequential, shuffled, weighted } from './loading/samplers.ts'
export { datasetNames, openDataset } from './open.ts'
export { aircraft, cars, cub200, dogs, flowers102, nabirds, pets } from './sets.ts'
export { type AugmentOptions, augment } from './transforms/augment.ts'
export {
  centerCrop,
  centerViews,
  cropToBox,
  type FixedCropOptions,
  mirrored,
  randomResizedCrop,
  tenCrop,
} from './transforms/crops.ts'
export { type RandAugmentOptions, randAugment, trivialAugment } from './transforms/policies.ts'
export type { Interpolation } from './transforms/resample.ts'
export type { Size, Transform, View } from './transforms/transform.ts'
