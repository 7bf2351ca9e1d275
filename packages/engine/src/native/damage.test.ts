import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPackage, type Installation, installationFolder, manifestOf, readInstallation } from './folder.ts'
import { engine, run, scriptCommand } from './testdata/run-script.ts'

// A damaged copy of the real installation, in a process of its own: the engine that is asked for says what is wrong, and
// the one that is not falls to wasm.

const source = findPackage('tfjs-node')
const real = source && installationFolder(source)
const installed = real ? readInstallation(real) : undefined
const skip = installed ? '' : ' (skipped: no native engine is installed)'
const LIBRARY = join('python', 'tensorflow', 'libtensorflow_cc.so.2')

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'engine-damage-'))
  if (!installed || !real) return
  folder = join(home, 'engine', basename(real))
  for (const path of ['lib', 'installation.json']) await cp(join(real, path), join(folder, path), { recursive: true })
  await mkdir(join(folder, 'python', 'tensorflow'), { recursive: true })
  await mkdir(join(folder, 'deps'))
  await symlink(join('..', 'python', 'tensorflow'), join(folder, 'deps', 'lib'))
  for (const name of await readdir(join(real, 'deps', 'lib'))) {
    await symlink(join(real, 'deps', 'lib', name), join(folder, 'deps', 'lib', name))
  }
})
afterEach(() => rm(home, { recursive: true, force: true }))

const SCRIPT = `
import { loadEngine } from '${engine}/engine.js'
const refusal = await loadEngine({ prefer: 'tfjs-node' }).then(() => '', (error) => error.name + ' ' + error.message)
const { name, tf } = await loadEngine()
const product = await tf.matMul([[1, 2]], [[3], [4]]).data()
console.log(JSON.stringify({ refusal, name, product: product[0] }))`

async function load(): Promise<{ refusal: string; name: string; stderr: string }> {
  const env = { ...process.env, DML_CRC_HOME: home, DML_CRC_ENGINE: '' }
  const { status, stdout, stderr } = await run(scriptCommand(SCRIPT), { env })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  const { product, ...rest } = JSON.parse(stdout)
  expect(product).toBe(11)
  return { ...rest, stderr }
}

/** Puts another file in a file's place; `nothing` only takes it away. */
async function replace(path: string, content: Uint8Array | string | 'nothing') {
  await rm(join(folder, path))
  if (content !== 'nothing') await writeFile(join(folder, path), content)
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  await using file = await open(path)
  return (await file.read(Buffer.alloc(count), 0, count, 0)).buffer
}

/** Has the installation know nothing of its files, as one that npm made. */
async function forgetFiles() {
  const known: Installation = JSON.parse(await readFile(manifestOf(folder), 'utf8'))
  await writeFile(manifestOf(folder), JSON.stringify({ ...known, files: [] }))
}

describe.skipIf(!installed)(`a native engine${skip}`, () => {
  it('computes without a word on standard error, from a copy too', async () => {
    expect(await load()).toEqual({ refusal: '', name: 'tfjs-node', stderr: '' })
  })

  it('without its library', async () => {
    await replace(LIBRARY, 'nothing')
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*libtensorflow_cc.*received no such file.*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('without its library, where its files are not known', async () => {
    await forgetFiles()
    await replace(LIBRARY, 'nothing')
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*received .*cannot open shared object file.*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('whose library was cut short', async () => {
    await replace(LIBRARY, await firstBytes(join(real!, LIBRARY), 2 ** 20))
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*libtensorflow_cc.*received 1048576 bytes.*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('whose library has its size but other content', async () => {
    const { bytes } = installed!.files.find(({ path }) => path === LIBRARY)!
    await replace(LIBRARY, await firstBytes(join(real!, LIBRARY), 2 ** 20))
    await truncate(join(folder, LIBRARY), bytes)
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*libtensorflow_cc.*received SHA-256 .*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('whose binding is no library at all', async () => {
    const [binding] = installed!.files
    await replace(binding!.path, 'x'.repeat(binding!.bytes))
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*tfjs_binding.node.*received SHA-256 .*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('whose binding is no library at all, where its files are not known', async () => {
    await forgetFiles()
    await replace(installed!.files[0]!.path, 'text')
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*received .*file too short.*dml-crc engine install/)
    expect(name).toBe('wasm')
  })

  it('with a library of another version, which lacks functions', async (context) => {
    await forgetFiles()
    await replace(LIBRARY, 'nothing')
    const compiler = ['g++', '-shared', '-fPIC', '-Wl,-soname,libtensorflow_cc.so.2', '-x', 'c++', '/dev/null', '-o']
    const compiled = await run([...compiler, join(folder, LIBRARY)]).catch(() => undefined)
    if (compiled?.status !== 0) return context.skip('no g++ here to make such a library')
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*received .*undefined symbol: TFE?_.*dml-crc engine install/)
    expect(name).toBe('wasm')
    return undefined
  })

  it('whose description of itself was cut short', async () => {
    await truncate(manifestOf(folder), 20)
    const { refusal, name } = await load()
    expect(refusal).toMatch(/^EngineError .*received neither.*dml-crc engine install/)
    expect(name).toBe('wasm')
  })
})

// Both packages build their binding from the same source: what differs is what the package makes of it.
describe.skipIf(!installed || !findPackage('tfjs-node-gpu'))(`tfjs-node-gpu on a library for the CPU${skip}`, () => {
  const script = (allowCpu: boolean) => `
    import { loadNativeFrom } from '${engine}/native/load.js'
    import { loadEngine } from '${engine}/engine.js'
    const { tf, device } = await loadNativeFrom('${folder}', 'tfjs-node-gpu', { allowCpu: ${allowCpu} })
    const filter = tf.ones([3, 3, 1, 1])
    const slope = tf.grad((x) => tf.conv2d(x, filter, 1, 'valid'))(tf.ones([1, 3, 3, 1]))
    console.log(device, (await slope.sum().data())[0])
    await loadEngine({ prefer: 'tfjs-node' })`

  it('is an error where the CPU is not allowed', async () => {
    const { status, stderr } = await run(scriptCommand(script(false)))
    expect(status).toBe(1)
    expect(stderr).toMatch(/EngineError: tfjs-node-gpu: expected a GPU, received .*DML_CRC_GPU_ALLOW_CPU=1/)
  })

  it('computes where it is, and is not taken for the other engine', async () => {
    const { stdout, stderr } = await run(scriptCommand(script(true)))
    expect(stdout).toMatch(/ 9\n$/)
    expect(stderr).toMatch(/received that of @tensorflow\/tfjs-node-gpu\. Set DML_CRC_ENGINE=tfjs-node/)
  })
})

const gpu = findPackage('tfjs-node-gpu')
it.skipIf(!gpu || process.platform !== 'linux' || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg'))(
  'tfjs-node-gpu is refused before its library is touched where there is no driver',
  async () => {
    const place = join(home, 'engine', basename(installationFolder(gpu!)))
    await mkdir(place, { recursive: true })
    const files = [{ path: 'absent', bytes: 1, mtimeMs: 0, sha256: 'none' }]
    const installation: Installation = { package: gpu!.name, version: gpu!.version, source: '', installedAt: '', files }
    await writeFile(manifestOf(place), JSON.stringify(installation))
    const script = `import { loadEngine } from '${engine}/engine.js'; await loadEngine({ prefer: 'tfjs-node-gpu' })`
    const env = { ...process.env, DML_CRC_HOME: home, DML_CRC_GPU_ALLOW_CPU: '' }
    const { stderr } = await run(scriptCommand(script), { env })
    expect(stderr).toMatch(/expected a GPU, received no NVIDIA driver/)
  },
)
