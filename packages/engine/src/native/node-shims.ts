import { createRequire } from 'node:module'

/**
 * Two functions of `util` that the native packages, last published for Node 20, still call: Node 22 warns of them, Node
 * 23 removed them.
 */
export function restoreRemovedUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util.isArray = Array.isArray
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
}
