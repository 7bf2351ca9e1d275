import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { InputError } from '@dml-crc/core'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
}

/** With these a page may use several threads. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/**
 * Serves the files of a folder on this machine alone.
 * @param port 0 takes any that is free
 * @throws {InputError} when the port is taken.
 */
export async function serveFolder(folder: string, port: number): Promise<{ address: string; close(): void }> {
  const root = resolve(folder)
  const server = createServer((request, response) => {
    const path = fileAt(root, request.url ?? '/')
    if (path === undefined) return response.writeHead(404).end()
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...ISOLATION })
    return createReadStream(path).pipe(response)
  })
  await new Promise<void>((settle, fail) => {
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const remedy = 'Give another with --port, or --port 0 for any.'
      const received = cause.code ?? cause.message
      fail(new InputError(`port ${port}`, { expected: 'one that is free', received, remedy }, { cause }))
    })
    server.listen(port, '127.0.0.1', settle)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${taken}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The file below `root` that an address names, or undefined where there is none. */
function fileAt(root: string, address: string): string | undefined {
  let path: string
  try {
    path = normalize(decodeURIComponent(new URL(address, 'http://site').pathname))
  } catch {
    return undefined
  }
  const file = join(root, path.endsWith(sep) ? join(path, 'index.html') : path)
  if (!file.startsWith(root + sep)) return undefined
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined
}
