// Compiles assembly/ to assembly/resample.wasm, and writes beside it which sources it was made from: a test compares them.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOfSources } from '../assembly/digest.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))
const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']
const compiler = ['--yes', '-p', 'assemblyscript@0.28.20', 'asc']
execFileSync('npx', [...compiler, 'assembly/resample.ts', '-o', 'assembly/resample.wasm', ...options], {
  cwd: folder,
  stdio: 'inherit',
})
writeFileSync(new URL('../assembly/sources.sha256', import.meta.url), `${digestOfSources()}\n`)
