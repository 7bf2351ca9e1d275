// Compiles assembly/ to assembly/kernels.wasm, and writes beside it which sources it was made from: a test compares them.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOfSources } from '../assembly/digest.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))
const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536']
const features = ['simd', 'threads', 'bulk-memory'].flatMap((feature) => ['--enable', feature])
const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort=', ...memory, ...features]
const compiler = ['--yes', '-p', 'assemblyscript@0.28.20', 'asc']
execFileSync('npx', [...compiler, 'assembly/index.ts', '-o', 'assembly/kernels.wasm', ...options], {
  cwd: folder,
  stdio: 'inherit',
})
writeFileSync(new URL('../assembly/sources.sha256', import.meta.url), `${digestOfSources()}\n`)
