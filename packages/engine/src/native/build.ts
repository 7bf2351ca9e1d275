import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from '@dml-crc/core'
import { type CommandOptions, type CommandResult, errorLines, runCommand } from './command.ts'
import type { NativePackage } from './folder.ts'
import { resolveFetched } from './npm.ts'
import { LIBRARIES } from './wheel.ts'

/** @throws {EngineError} where node-gyp is not installed. */
function nodeGyp(): string {
  const found = resolveFetched('node-gyp/bin/node-gyp.js')
  if (found) return found
  const remedy = 'Run `npm install node-gyp`, or remove the engine and install it again.'
  throw new EngineError('build of the native binding', { expected: 'node-gyp', received: 'none', remedy })
}

/** Copies what the package's own install script works on: it writes beside itself, and node_modules is not ours. */
export async function copySources(from: NativePackage, folder: string): Promise<void> {
  for (const part of ['package.json', 'binding.gyp', 'binding', 'scripts']) {
    await cp(join(from.folder, part), join(folder, part), { recursive: true, dereference: true })
  }
}

/**
 * Runs the package's own install script in `folder`, a copy of its sources: `['cpu']` builds the binding against the
 * library in `deps/`, `['cpu', 'download']` fetches a library and a binding first.
 */
export function runInstallScript(
  from: NativePackage,
  folder: string,
  args: string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const modules = createRequire(join(from.folder, 'package.json')).resolve.paths('any')!
  const env = {
    ...nodeHeaders(),
    NODE_PATH: modules.join(delimiter),
    PATH: [...modules.map((path) => join(path, '.bin')), dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_node_gyp: nodeGyp(),
  }
  return runCommand([process.execPath, 'scripts/install.js', ...args], { ...options, cwd: folder, env })
}

/** The environment, with Node's own headers where they lie beside it, so that nothing has to be downloaded. */
function nodeHeaders(): NodeJS.ProcessEnv {
  const headers = dirname(dirname(process.execPath))
  if (!existsSync(join(headers, 'include', 'node', 'node_api.h'))) return process.env
  return { ...process.env, npm_config_nodedir: headers }
}

/**
 * Builds the addon that keeps TensorFlow's log quiet while it is loaded, and puts it beside the `binding` in `folder`.
 * The engine computes without it as well.
 */
export async function buildLogLevel(folder: string, binding: string, options: CommandOptions): Promise<CommandResult> {
  const sources = join(folder, 'build-tmp-log-level')
  await cp(fileURLToPath(new URL('../../binding', import.meta.url)), sources, { recursive: true })
  const command = [process.execPath, nodeGyp(), 'rebuild', `--directory=${sources}`]
  const result = await runCommand(command, { ...options, env: nodeHeaders() })
  if (result.ok) await cp(join(sources, 'build', 'Release', 'log_level.node'), logLevelBeside(join(folder, binding)))
  return result
}

/** Where the addon of {@link buildLogLevel} lies. */
export const logLevelBeside = (binding: string) => join(dirname(binding), 'log_level.node')

/**
 * Lays out `tensorflow/` (from a wheel, in `python`) as the binding's `deps/`, under the names that its build file and
 * its install script look for.
 */
export async function layOutLibrary(folder: string, python: string): Promise<void> {
  const tensorflow = join(folder, python, 'tensorflow')
  const [library, framework] = LIBRARIES
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow.so.2.9.1']) {
    await symlink(library, join(tensorflow, name))
  }
  await symlink(framework, join(tensorflow, 'libtensorflow_framework.so'))
  await mkdir(join(folder, 'deps'))
  // A link to the folder, not to the files: the library looks for CUDA in `../nvidia`, seen from where it lies.
  await symlink(join('..', python, 'tensorflow'), join(folder, 'deps', 'lib'))
  await symlink(join('..', python, 'tensorflow', 'include'), join(folder, 'deps', 'include'))
  await writeFile(join(folder, 'scripts', 'custom-binary.json'), JSON.stringify({ 'tf-lib': 'present' }))
}

/** @throws {EngineError} when a compiler is missing, or the build failed. */
export async function requireBuilt(result: CommandResult): Promise<void> {
  if (result.ok) return
  const missing = []
  for (const tool of ['make', 'g++', 'python3']) if (!(await runCommand([tool, '--version'])).ok) missing.push(tool)
  throw new EngineError('build of the native binding', {
    expected: 'make, g++ and python3, and a build without errors',
    received: missing.length > 0 ? `no ${missing.join(', no ')}` : errorLines(result.output),
    remedy:
      missing.length > 0
        ? 'Install them (Debian, Ubuntu: apt install build-essential python3) and run `dml-crc engine install` again.'
        : 'The lines before this have the whole log, unless --quiet withheld them.',
  })
}

/** The binding that a build left in `folder`, as a path in it, or undefined where it left none. */
export async function findBinding(folder: string): Promise<string | undefined> {
  const versions = await readdir(join(folder, 'lib')).catch(() => [])
  return versions
    .map((version) => join('lib', version, 'tfjs_binding.node'))
    .find((path) => existsSync(join(folder, path)))
}

/** Removes what only the build needed. */
export async function removeBuildFiles(folder: string): Promise<void> {
  const parts = ['binding', 'binding.gyp', 'build', 'scripts', 'package.json', join('deps', 'include')]
  const objects = (await readdir(folder)).filter((name) => name.startsWith('build-tmp'))
  for (const part of [...parts, ...objects]) await rm(join(folder, part), { recursive: true, force: true })
}
