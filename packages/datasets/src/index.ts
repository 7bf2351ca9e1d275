export { type AugmentOptions, augment } from './augment.ts'
export {
  centerCrop,
  centerViews,
  cropToBox,
  type FixedCropOptions,
  mirrored,
  randomResizedCrop,
  tenCrop,
} from './crops.ts'
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
export { type FolderDataset, type FolderOptions, folder } from './folder.ts'
export { type DatasetStatus, fetchDatasetFolder, type GetOptions, listDatasets, removeDataset } from './get.ts'
export { decoders } from './image.ts'
export { type Batch, createLoader, type Loader, type LoaderOptions, type LoaderState } from './loader.ts'
export { openDataset } from './open.ts'
export type { Interpolation } from './resample.ts'
export { classBalanced, type Sampler, sequential, shuffled, weighted } from './samplers.ts'
export { aircraft, cub200, flowers102, nabirds, pets } from './sets.ts'
export type { Size, Transform, View } from './transform.ts'
export { type Verification, verifyDataset } from './verify.ts'
