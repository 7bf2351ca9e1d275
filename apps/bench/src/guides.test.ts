import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))
const guides = fileURLToPath(new URL('../../../docs/guides/', import.meta.url))
const examples = readdirSync(guides).flatMap((guide) => {
  const codes = [...readFileSync(join(guides, guide), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)]
  return codes.map(([, code], i) => [guide, i + 1, code] as const)
})

it.each(examples)('%s, example %d prints what it promises', async (_guide, _number, code) => {
  const [, promised] = code.match(/console\.log\(.*\/\/ (.*)$/m)!
  // Inside the package, so that its imports are found.
  const folder = await mkdtemp(join(home, '.examples-'))
  try {
    await writeFile(join(folder, 'example.ts'), code)
    const args = ['--conditions=@dml-crc/source', '--import', 'tsx', 'example.ts']
    const env = { ...process.env, DML_CRC_ENGINE: 'wasm' }
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    expect(stdout.trim()).toBe(promised)
  } finally {
    await rm(folder, { recursive: true })
  }
})
