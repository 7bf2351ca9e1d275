// Compiles assembly/ to kernels.wasm, and with fused multiply-add to kernels-relaxed.wasm; writes beside them which sources they
// were made from: a test compares them.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOfSources } from '../assembly/digest.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))
const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536']
const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort=', ...memory]
const compiler = ['--yes', '-p', 'assemblyscript@0.28.20', 'asc']

function compile(output, features) {
  const enabled = features.flatMap((feature) => ['--enable', feature])
  const args = [...compiler, 'assembly/index.ts', '-o', `assembly/${output}`, ...options, ...enabled]
  execFileSync('npx', args, { cwd: folder, stdio: 'inherit' })
}

const features = ['simd', 'threads', 'bulk-memory']
compile('kernels.wasm', features)
compile('kernels-relaxed.wasm', [...features, 'relaxed-simd'])
writeFileSync(new URL('../assembly/sources.sha256', import.meta.url), `${digestOfSources()}\n`)
