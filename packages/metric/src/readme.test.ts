import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)

it('has examples', () => expect(examples.length).toBeGreaterThan(0))

it.each(examples.map((code, i) => [i + 1, code] as const))('example %d runs', async (_, code) => {
  const args = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module', '-e', code]
  const env = { ...process.env, DML_CRC_ENGINE: 'wasm' }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: home, env })
  expect(stderr).toBe('')
  // What it prints: the accuracies of CRC and of DML-CRC, which here a metric helps, and a probability.
  const lines = stdout.trim().split('\n')
  const [plain, learned] = lines.map((line) => Number(line.split(' ').at(-1)))
  expect(plain).toBeGreaterThan(0.4)
  expect(learned).toBeGreaterThan(plain)
  expect(Number(lines[2])).toBeGreaterThan(0)
  expect(Number(lines[2])).toBeLessThanOrEqual(1)
})
