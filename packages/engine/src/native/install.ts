import { existsSync } from 'node:fs'
import { readdir, realpath, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  DataError,
  EngineError,
  homeFolder,
  InputError,
  listFolder,
  type OnProgress,
  replaceFolder,
  withLock,
  writeJsonAtomic,
} from '@dml-crc/core'
import {
  buildLogLevel,
  copySources,
  findBinding,
  layOutLibrary,
  logLevelBeside,
  removeBuildFiles,
  requireBuilt,
  runInstallScript,
} from './build.ts'
import { errorLines, lastLines, runCommand } from './command.ts'
import {
  describeFile,
  findPackage,
  type Installation,
  installationFolder,
  manifestOf,
  type NativeName,
  type NativePackage,
} from './folder.ts'
import { fetchPackages, resolveFetched } from './npm.ts'
import { downloadWheel, findPip, installTensorFlow } from './pip.ts'
import { extractWheel } from './wheel.ts'

const { version } = createRequire(import.meta.url)('@tensorflow/tfjs/package.json')

export interface InstallOptions {
  /** With CUDA, for an NVIDIA card: `@tensorflow/tfjs-node-gpu`. Default: `@tensorflow/tfjs-node`. */
  gpu?: boolean
  /** A wheel of TensorFlow at hand, instead of any download. */
  wheel?: string
  /** Ends the work; nothing of it is left but a downloaded wheel. */
  signal?: AbortSignal
  onProgress?: OnProgress
}

/** The package's own installer hangs where its host does not answer. */
const OWN_INSTALLER_LIMIT_MS = 15 * 60_000

/**
 * Makes a native engine work: first by its package's own installer, then with the library from TensorFlow's Python
 * wheel and the binding built from its own source. All is done in a folder beside the final one, tried in a process
 * of its own, and renamed only when it computes: what was there before stays until then. One process at a time installs,
 * others wait.
 *
 * @returns where it was installed and what is there
 * @throws {InputError} for a wheel that does not exist or this platform's lack of one; {EngineError} where Python, a
 * compiler or the package is missing, or nothing led to an engine that computes, with every reason.
 */
export async function installNative(options: InstallOptions = {}): Promise<Installed> {
  const { wheel, signal, onProgress } = options
  if (wheel !== undefined && !existsSync(wheel)) {
    const remedy = 'Check the path, or leave it out to download one.'
    throw new InputError('--wheel', { expected: 'a file', received: wheel, remedy })
  }
  try {
    return await alone(() => install(options), { signal, onProgress })
  } catch (error) {
    signal?.throwIfAborted()
    throw explainDisk(error)
  }
}

interface Installed {
  folder: string
  installation: Installation
}

/** Both engines share the fetched packages and the downloads. */
function alone<T>(work: () => Promise<T>, { signal, onProgress }: Pick<InstallOptions, 'signal' | 'onProgress'>) {
  const text = 'another process is installing: waiting for that'
  const onWait = () => onProgress?.({ kind: 'note', task: 'native engine', text })
  return withLock(homeFolder('engine.lock'), work, { signal, onWait })
}

/** While no other process does the same. */
async function install({ gpu = false, wheel, signal, onProgress }: InstallOptions): Promise<Installed> {
  const name: NativeName = gpu ? 'tfjs-node-gpu' : 'tfjs-node'
  const source = await requirePackage(name, { signal, onProgress })
  const folder = installationFolder(source)
  let installation!: Installation
  await replaceFolder(folder, async (staging) => {
    const from = await fill(staging, source, { gpu, wheel, signal, onProgress })
    await removeBuildFiles(staging)
    requireWorking(name, await tryOut(staging, name, signal))
    installation = await describe(staging, source, from)
    await writeJsonAtomic(manifestOf(staging), installation)
    signal?.throwIfAborted()
  })
  return { folder, installation }
}

/** Removes a native engine that was installed here, once no other process installs; returns the folders that were there. */
export async function removeNative(onProgress?: OnProgress): Promise<string[]> {
  const parent = homeFolder('engine')
  if (!existsSync(parent)) return []
  return alone(
    async () => {
      const names = await listFolder(parent)
      for (const name of names) await rm(join(parent, name), { recursive: true, force: true })
      return names.map((name) => join(parent, name))
    },
    { onProgress },
  )
}

/** The package of a native engine and node-gyp, fetched where the application has not got them. */
async function requirePackage(name: NativeName, options: Pick<InstallOptions, 'signal' | 'onProgress'>) {
  const here = findPackage(name)
  if (here && resolveFetched('node-gyp/package.json')) return here
  await fetchPackages(`@tensorflow/${name}`, version, options)
  return findPackage(name)!
}

/** Brings library and binding into `staging`; returns where the library is from. */
async function fill(
  staging: string,
  source: NativePackage,
  { gpu, wheel, signal, onProgress }: InstallOptions,
): Promise<string> {
  const kind = gpu ? 'gpu' : 'cpu'
  const name: NativeName = gpu ? 'tfjs-node-gpu' : 'tfjs-node'
  const run = (task: string, args: string[], timeoutMs?: number) => {
    onProgress?.({ kind: 'start', task })
    const onLine = (text: string) => onProgress?.({ kind: 'note', task, text })
    return runInstallScript(source, staging, args, { signal, timeoutMs, onLine })
  }
  await copySources(source, staging)
  let ownFailure = ''
  if (wheel === undefined) {
    const task = `${source.name}'s own installer`
    const own = await run(task, [kind, 'download'], OWN_INSTALLER_LIMIT_MS)
    if (own.ok && (await findBinding(staging))) {
      const failure = await tryOut(staging, name, signal)
      if (!failure) return task
      ownFailure = failure
    } else {
      ownFailure = errorLines(own.output)
    }
    onProgress?.({ kind: 'end', task, note: `failed: ${ownFailure}` })
    for (const part of ['deps', 'lib']) await rm(join(staging, part), { recursive: true, force: true })
  }
  if (process.platform !== 'linux') {
    throw new EngineError(source.name, {
      expected: 'its own installer to succeed, the one way on this platform',
      received: ownFailure || `--wheel on ${process.platform}`,
      remedy: 'Mend what it reports; the wasm engine works meanwhile.',
    })
  }
  const from = await bringLibrary(join(staging, 'python'), { gpu, wheel, signal, onProgress })
  await layOutLibrary(staging, 'python')
  const task = 'build the binding'
  await requireBuilt(await run(task, [kind]))
  const binding = await findBinding(staging)
  const onLine = (text: string) => onProgress?.({ kind: 'note', task, text })
  if (binding) await buildLogLevel(staging, binding, { signal, onLine })
  onProgress?.({ kind: 'end', task })
  return from
}

/** Fills `python` with `tensorflow/…`; returns where it is from. */
async function bringLibrary(
  python: string,
  { gpu = false, wheel, signal, onProgress }: InstallOptions,
): Promise<string> {
  if (wheel !== undefined) {
    await extractWheel(wheel, python, { signal, onProgress })
    return basename(wheel)
  }
  const pip = await findPip()
  if (gpu || !pip.downloads) {
    await installTensorFlow(pip, python, { cuda: gpu, signal, onProgress })
    return gpu ? 'tensorflow[and-cuda]' : 'tensorflow'
  }
  const downloads = homeFolder('engine', 'downloads')
  const downloaded = await downloadWheel(pip, downloads, { signal, onProgress })
  await extractWheel(downloaded, python, { signal, onProgress })
  await rm(downloads, { recursive: true, force: true })
  return basename(downloaded)
}

/** Loads the engine from `staging` in a process of its own and has it multiply; returns what went wrong, if anything. */
async function tryOut(staging: string, name: NativeName, signal?: AbortSignal): Promise<string> {
  const source = import.meta.url.endsWith('.ts')
  const script = fileURLToPath(new URL(`./try-out.${source ? 'ts' : 'js'}`, import.meta.url))
  const flags = source ? ['--conditions=@dml-crc/source', '--import', 'tsx'] : []
  const result = await runCommand([process.execPath, ...flags, script, staging, name], { signal, timeoutMs: 120_000 })
  return result.ok ? '' : lastLines(result.output) || 'a process that died'
}

function requireWorking(name: NativeName, failure: string): void {
  if (!failure) return
  throw new EngineError(name, {
    expected: 'the installed library to load and multiply',
    received: failure,
    remedy: 'The library does not fit this machine; try another wheel with --wheel. The wasm engine works meanwhile.',
  })
}

async function describe(staging: string, source: NativePackage, from: string): Promise<Installation> {
  const binding = (await findBinding(staging))!
  const libraries = []
  for (const name of await readdir(join(staging, 'deps', 'lib'))) {
    if (/\.so(\.\d+)*$|\.dylib$|\.dll$/.test(name)) libraries.push(await realpath(join(staging, 'deps', 'lib', name)))
  }
  const root = await realpath(staging)
  const addons = [binding, logLevelBeside(binding)].filter((path) => existsSync(join(staging, path)))
  const paths = [...addons, ...new Set(libraries.map((path) => path.slice(root.length + 1)))]
  const files = []
  for (const path of paths) files.push(await describeFile(staging, path))
  return { package: source.name, version: source.version, source: from, installedAt: new Date().toISOString(), files }
}

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG']
const NO_ROOM_TEXT = /No space left on device|Disk quota exceeded|File too large/i
const NOT_WRITABLE = ['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST']

/** Says of a full disk or a folder that cannot be written what to do about it. */
function explainDisk(error: unknown): unknown {
  // What the system said, where core has said it in its own words.
  const { cause = error } = error instanceof DataError && isOfSystem(error.cause) ? error : {}
  const { code, syscall, message } = cause as NodeJS.ErrnoException
  const refusal = (expected: string, remedy: string) =>
    new EngineError(homeFolder('engine'), { expected, received, remedy }, { cause })
  const received = cause instanceof EngineError ? cause.received : message
  if (NO_ROOM.includes(code!) || NO_ROOM_TEXT.test(message)) {
    return refusal('room for about 2 GB', 'Make room, or set DML_CRC_HOME to a folder on another disk.')
  }
  // Node's mkdir says ENOENT of a disk that is read only.
  if (NOT_WRITABLE.includes(code!) || (code === 'ENOENT' && syscall === 'mkdir')) {
    return refusal('a folder to write to', 'Set DML_CRC_HOME to a folder of yours.')
  }
  return error
}

const isOfSystem = (error: unknown) => error instanceof Error && 'syscall' in error
