// Copies what this package uses of @tensorflow/tfjs-backend-wasm into dist/, when it is packed: that package is 13 MB,
// most of it the same code once more, and this is 1 MB of it.
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FILES = [
  'package.json',
  'dist/tf-backend-wasm.node.js',
  'wasm-out/tfjs-backend-wasm-threaded-simd.js',
  'wasm-out/tfjs-backend-wasm-threaded-simd.wasm',
]

const from = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'))
const engine = dirname(dirname(fileURLToPath(import.meta.url)))
const to = join(engine, 'dist', 'tfjs-backend-wasm')
rmSync(to, { recursive: true, force: true })
for (const file of FILES) {
  mkdirSync(dirname(join(to, file)), { recursive: true })
  cpSync(join(from, file), join(to, file))
}
cpSync(join(engine, 'licences', 'Apache-2.0.txt'), join(to, 'LICENSE'))
