// Compiles assembly/ and writes it as src/transforms/resample-code.ts, which every bundler and browser can load, and which sources it
// was made from: a test compares them.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOfSources } from '../assembly/digest.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))
const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']
const compiler = ['--yes', '-p', 'assemblyscript@0.28.20', 'asc']
execFileSync('npx', [...compiler, 'assembly/resample.ts', '-o', 'assembly/resample.wasm', ...options], {
  cwd: folder,
  stdio: 'inherit',
})
const compiled = new URL('../assembly/resample.wasm', import.meta.url)
const lines = readFileSync(compiled, 'base64').match(/.{1,110}/g)
rmSync(compiled)
const text = `/** assembly/resample.ts, compiled to WebAssembly by \`npm run build:wasm\`, in base64. */
export const resampleCode = \`
${lines.join('\n')}
\`
`
writeFileSync(new URL('../src/transforms/resample-code.ts', import.meta.url), text)
writeFileSync(new URL('../assembly/sources.sha256', import.meta.url), `${digestOfSources()}\n`)
