import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('resample-code.ts was made from the source in assembly/ (else run: npm run build:wasm)', async () => {
  const folder = new URL('../../assembly/', import.meta.url)
  const { digestOfSources } = await import(new URL('digest.mjs', folder).href)
  expect(readFileSync(new URL('sources.sha256', folder), 'utf8').trim()).toBe(digestOfSources())
})
