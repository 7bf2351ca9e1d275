import { type ProxyNcaOptions, proxyNcaLoss } from '../losses/proxy-nca.ts'
import { type ClassPointsOptions, type ClassPointsTask, classPointsTask } from './class-points.ts'

/**
 * Network and class proxies trained together by {@link proxyNcaLoss}: a baseline of deep metric learning. A query goes to the
 * class of the nearest proxy.
 * @throws {InputError} for fewer than two classes.
 */
export function proxyNcaTask({ length, ...options }: ClassPointsOptions & ProxyNcaOptions): ClassPointsTask {
  return classPointsTask('Proxy-NCA', options, (features, proxies, labels) =>
    proxyNcaLoss(features, proxies, labels, { length }),
  )
}
