import { type ArcFaceOptions, arcFaceLoss } from '../losses/arc-face.ts'
import { type ClassPointsOptions, type ClassPointsTask, classPointsTask } from './class-points.ts'

/**
 * Network and class centres trained together by ArcFace's additive angular margin, {@link arcFaceLoss}: a baseline of deep
 * metric learning. A query goes to the class of the centre at the least angle.
 * @throws {InputError} for fewer than two classes.
 */
export function arcFaceTask({ scale, margin, ...options }: ClassPointsOptions & ArcFaceOptions): ClassPointsTask {
  return classPointsTask('ArcFace', options, (features, centres, labels) =>
    arcFaceLoss(features, centres, labels, { scale, margin }),
  )
}
