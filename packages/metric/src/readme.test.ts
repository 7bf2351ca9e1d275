import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)

async function outputOf(code: string): Promise<string> {
  // Inside the package, so that its imports are found.
  const folder = await mkdtemp(join(home, '.examples-'))
  try {
    await writeFile(join(folder, 'example.ts'), code)
    const args = ['--conditions=@dml-crc/source', '--import', 'tsx', 'example.ts']
    const env = { ...process.env, DML_CRC_ENGINE: 'wasm' }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    expect(stderr).toBe('')
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('the first example: a metric helps, and a saved model predicts as it did', async () => {
  const lines = (await outputOf(examples[0])).split('\n')
  const [plain, learned] = lines.map((line) => Number(line.split(' ').at(-1)))
  expect(plain).toBeGreaterThan(0.4)
  expect(learned).toBeGreaterThan(plain)
  expect(Number(lines[2])).toBeGreaterThan(0)
  expect(Number(lines[2])).toBeLessThanOrEqual(1)
})

const others = examples.slice(1).map((code, i) => [i + 2, code] as const)

it.each(others)('example %d prints what it promises', async (_, code) => {
  const [, promised] = code.match(/console\.log\(.*\/\/ (.*)$/m)!
  expect(await outputOf(code)).toBe(promised)
})
