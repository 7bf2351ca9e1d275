import type { ImageModel } from './image-model.ts'
import { type Answer, type OpenImageModel, openImageModel, type Pictures, type Reasons } from './open.ts'

async function once<T>(images: ImageModel, use: (open: OpenImageModel) => Promise<T>): Promise<T> {
  const open = openImageModel(images)
  try {
    return await use(open)
  } finally {
    open.dispose()
  }
}

/**
 * Names what pictures show.
 * @throws {InputError} for a picture that cannot be decoded, or features of another width.
 */
export const predict = (images: ImageModel, pictures: Pictures): Promise<Answer[]> =>
  once(images, (open) => open.predict(pictures))

/**
 * Which training images decide what pictures are taken for, and how much each class has of the code.
 * @throws {InputError} for a picture that cannot be decoded, or a model that has no codes.
 */
export const explain = (images: ImageModel, pictures: Pictures, options: { top?: number } = {}): Promise<Reasons[]> =>
  once(images, (open) => open.explain(pictures, options))
