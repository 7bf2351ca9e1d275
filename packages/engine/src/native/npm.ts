import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { EngineError, homeFolder, type OnProgress } from '@dml-crc/core'
import { lastLines, runCommand } from './command.ts'

/** node-gyp builds the binding; newer ones need a newer Node than the rest of this package. */
const NODE_GYP = 'node-gyp@^11.5.0'

/** Where {@link fetchPackages} puts npm packages: only those who want a native engine pay for them. */
export const packagesFolder = () => homeFolder('engine', 'packages')

/** Resolves a module as the application does, else among the fetched packages; undefined where it is in neither. */
export function resolveFetched(id: string): string | undefined {
  for (const from of [import.meta.url, join(packagesFolder(), 'package.json')]) {
    try {
      return createRequire(from).resolve(id)
    } catch {
      // Look in the next place.
    }
  }
  return undefined
}

/**
 * Fetches a native engine's npm package and node-gyp into {@link packagesFolder}, without running any script of theirs.
 * TensorFlow.js itself, which they depend on, is removed again: the application's copy is the one to use.
 * @throws {EngineError} when npm is missing or fails.
 */
export async function fetchPackages(
  name: string,
  version: string,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: OnProgress },
): Promise<void> {
  const folder = packagesFolder()
  const task = `fetch ${name} ${version}`
  onProgress?.({ kind: 'start', task })
  await mkdir(folder, { recursive: true })
  if (!existsSync(join(folder, 'package.json'))) await writeFile(join(folder, 'package.json'), '{"private": true}\n')
  const options = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.platform === 'win32' ? ['cmd', '/c', 'npm'] : ['npm']
  const command = [...npm, 'install', ...options, `${name}@${version}`, NODE_GYP]
  const { ok, output } = await runCommand(command, { signal })
  if (!ok) {
    throw new EngineError(task, {
      expected: 'npm to fetch it',
      received: lastLines(output),
      remedy: `Correct what it reports, or add it to your project: npm install --ignore-scripts ${name}@${version} ${NODE_GYP}`,
    })
  }
  const own = name.split('/')[1]
  const scope = join(folder, 'node_modules', '@tensorflow')
  const theirs = ['tfjs', 'tfjs-core', 'tfjs-converter', 'tfjs-data', 'tfjs-layers']
  const backends = ['tfjs-backend-cpu', 'tfjs-backend-webgl']
  for (const part of [...theirs, ...backends]) {
    if (part !== own) await rm(join(scope, part), { recursive: true, force: true })
  }
  onProgress?.({ kind: 'end', task })
}
