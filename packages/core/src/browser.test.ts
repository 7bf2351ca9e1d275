import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

/** The modules that a source file imports, and theirs; types are not imports. */
function reached(file: URL, seen = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8')
  for (const [, target] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm)) {
    if (seen.has(target)) continue
    seen.add(target)
    if (target.startsWith('.')) reached(new URL(target, file), seen)
  }
  return seen
}

it.each(['arrays', 'errors', 'json', 'nearest', 'numbers', 'prng', 'progress'] as const)(
  'core/%s needs no module of Node or of a package',
  (part) => {
    const source = manifest.exports[`./${part}`]['@dml-crc/source']
    const modules = reached(new URL(`.${source}`, import.meta.url))
    expect([...modules].filter((name) => !name.startsWith('.'))).toEqual([])
    expect(readFileSync(new URL(`.${source}`, import.meta.url), 'utf8')).not.toMatch(/\bBuffer\b|\bprocess\./)
  },
)
