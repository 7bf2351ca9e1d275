import { createRequire, Module } from 'node:module'

const require = createRequire(import.meta.url)

/** Node's own resolution; `module.registerHooks`, which would do without it, is not in Node 20. */
const resolver = Module as unknown as {
  _resolveFilename(id: string, parent: NodeModule | null | undefined, ...rest: unknown[]): string
}

/**
 * Runs `load`, in which every package of TensorFlow.js is the application's, wherever the module that requires it lies:
 * two copies would each have tensors that the other does not know.
 */
export function withApplicationTensorFlow<T>(load: () => T): T {
  const application = new Module(require.resolve('@tensorflow/tfjs'))
  application.paths = createRequire(application.id).resolve.paths('any') ?? []
  const { _resolveFilename: resolve } = resolver
  resolver._resolveFilename = (id, parent, ...rest) =>
    resolve(id, id.startsWith('@tensorflow/tfjs') ? application : parent, ...rest)
  try {
    return load()
  } finally {
    resolver._resolveFilename = resolve
  }
}
