// Checks the packages as they would be published. Every one is packed; publint and attw look at the tarballs; they are
// installed into an empty project, where the first example of each README that needs no file of the reader's must run and
// write nothing to standard error, and the command must show its help. What @dml-crc/metric adds beside TensorFlow.js is
// measured: it must stay small, and no package of it may have an install script. `npm run build` comes first.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { checkBundlers } from './packages/bundlers.mjs'
import { install, packagesWithScripts, sizeOf } from './packages/install.mjs'
import { packAll } from './packages/pack.mjs'
import { run, runQuietly } from './run-command.mjs'

const TFJS = { '@tensorflow/tfjs': '4.22.0' }
const MOST_BYTES = 10e6

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-packages-'))
const at = (...parts) => join(folder, ...parts)
const options = { cwd: at('all'), env: { ...process.env, DML_CRC_HOME: at('home') } }

/** The first TypeScript block that names no file of the reader's own, as JavaScript. */
function exampleOf({ name, packageRoot }) {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code)
  const code = blocks.find((block) => block.includes('import ') && !/path\/to|'data\//.test(block))
  if (!code) throw new Error(`The README of ${name} has no example that runs without the reader's own files`)
  return transformSync(code, { loader: 'ts', format: 'esm' }).code
}

async function checkSize(fromTarballs) {
  await install(at('tfjs'), TFJS)
  await install(at('metric'), { ...fromTarballs(['core', 'engine', 'metric']), ...TFJS })
  const scripts = packagesWithScripts(at('metric')).filter((path) => !packagesWithScripts(at('tfjs')).includes(path))
  if (scripts.length > 0) throw new Error(`@dml-crc/metric brings install scripts: ${scripts.join(', ')}`)
  const added = sizeOf(at('metric', 'node_modules')) - sizeOf(at('tfjs', 'node_modules'))
  if (added > MOST_BYTES)
    throw new Error(`@dml-crc/metric adds ${added} bytes beside TensorFlow.js, over ${MOST_BYTES}`)
  console.log(`@dml-crc/metric adds ${(added / 1e6).toFixed(1)} MB beside TensorFlow.js, and no install script`)
}

/** Outside a checkout, doctor finds wasm, and engine install fetches what the native engine is built from. */
async function checkEngines() {
  const { engines } = JSON.parse(await runQuietly('dml-crc doctor', 'npx', ['dml-crc', 'doctor', '--json'], options))
  const { works, trains } = engines.find(({ name }) => name === 'wasm')
  if (!works || !trains) throw new Error(`dml-crc doctor: wasm works: ${works}, trains: ${trains}`)
  writeFileSync(at('all', 'no.whl'), 'not a wheel, so that the installation ends before TensorFlow is downloaded')
  const install = ['dml-crc', 'engine', 'install', '--quiet', '--wheel', 'no.whl']
  const failure = await run('dml-crc engine install', 'npx', install, options).catch(({ message }) => message)
  if (!/no\.whl: expected a wheel of TensorFlow/.test(failure)) throw new Error(`not the expected error: ${failure}`)
  console.log('dml-crc: doctor and engine install work outside a checkout')
}

try {
  const packed = await packAll(folder)
  const fromTarballs = (names) =>
    Object.fromEntries(
      packed
        .filter(({ name }) => names.includes(name.replace('@dml-crc/', '')))
        .map(({ name, tarball }) => [name, `file:${tarball}`]),
    )
  for (const { name, tarball } of packed) {
    await run(`publint of ${name}`, 'publint', [tarball, '--strict'])
    if (name.startsWith('@')) await run(`attw of ${name}`, 'attw', [tarball, '--profile', 'esm-only'])
  }
  await checkSize(fromTarballs)
  await install(at('all'), { ...fromTarballs(packed.map(({ name }) => name.replace('@dml-crc/', ''))), ...TFJS })
  for (const each of packed.filter(({ name }) => name.startsWith('@'))) {
    writeFileSync(at('all', 'example.js'), exampleOf(each))
    await runQuietly(`The README example of ${each.name}`, process.execPath, ['example.js'], options)
    console.log(`${each.name}: packed, installed, its example runs`)
  }
  await runQuietly('dml-crc --help', 'npx', ['dml-crc', '--help'], options)
  console.log('dml-crc: packed, installed, shows its help')
  await checkEngines()
  await checkBundlers(at('all'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
