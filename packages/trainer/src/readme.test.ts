import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)

it('has examples', () => expect(examples.length).toBeGreaterThan(1))

it.each(examples.map((code, i) => [i + 1, code] as const))('example %d runs', async (_, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'readme-'))
  const inFolder = `process.chdir(${JSON.stringify(folder)})\n${code}`
  const args = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module', '-e', inFolder]
  const env = { ...process.env, DML_CRC_ENGINE: 'wasm' }
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: home, env })
  const promised = code.match(/console\.log\(.*\/\/ (.*)$/m)?.[1]
  if (promised) expect(stdout.replaceAll(/\s+/g, ' ')).toContain(promised.replaceAll(/\s+/g, ' '))
  else expect(stdout.trim()).not.toBe('')
  await rm(folder, { recursive: true })
})
