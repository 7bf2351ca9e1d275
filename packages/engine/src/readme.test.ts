import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!)

it.each(examples.map((code, i) => [i + 1, code] as const))('example %i of the README runs', (_, code) => {
  const flags = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module']
  const cwd = new URL('..', import.meta.url)
  const source = code.replaceAll("'@dml-crc/engine'", `'${new URL('./index.ts', import.meta.url)}'`)
  const options = { cwd, encoding: 'utf8', env: { ...process.env, DML_CRC_ENGINE: 'wasm' } } as const
  expect(() =>
    execFileSync(process.execPath, [...flags, '--eval', source], { ...options, stdio: 'pipe' }),
  ).not.toThrow()
})
