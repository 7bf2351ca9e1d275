// Packs every package, installs the tarballs into an empty project, and runs there the first example of each README that
// needs no file of the reader's: it must exit with status 0 and write nothing to standard error. The command is installed
// the same way and must show its help. `pnpm build` comes first.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'dml-crc-install-'))
const environment = { ...process.env, DML_CRC_HOME: join(folder, 'home'), npm_config_loglevel: 'error' }

async function run(what, command, args, options) {
  try {
    return await promisify(execFile)(command, args, { cwd: folder, env: environment, maxBuffer: 2 ** 26, ...options })
  } catch ({ code, stdout, stderr }) {
    throw new Error(`${what} failed with status ${code}\n${stdout}${stderr}`)
  }
}

/** The first TypeScript block that names no file of the reader's own, as JavaScript. */
function example(packageRoot) {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code)
  const code = blocks.find((block) => block.includes('import ') && !/path\/to|'data\//.test(block))
  if (!code) return undefined
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: 'es2023', module: 'esnext' } })
  return outputText
}

try {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const packages = [...readdirSync(join(root, 'packages')).map((name) => join('packages', name)), join('apps', 'bench')]
  const installed = await Promise.all(
    packages.map(async (path) => {
      const packageRoot = join(root, path)
      const { name } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
      const pack = ['--yes', packageManager, 'pack', '--json', '--pack-destination', folder]
      const { stdout } = await run(`packing ${name}`, 'npx', pack, { cwd: packageRoot })
      return { name, packageRoot, tarball: JSON.parse(stdout).filename }
    }),
  )

  const dependencies = Object.fromEntries(installed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  dependencies['@tensorflow/tfjs'] = '4.22.0'
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }, null, 2))
  await run('npm install', 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'])

  for (const { name, packageRoot } of installed.filter(({ name }) => name.startsWith('@'))) {
    const code = example(packageRoot)
    if (code === undefined)
      throw new Error(`The README of ${name} has no example that runs without the reader's own files`)
    writeFileSync(join(folder, 'example.js'), code)
    const { stderr } = await run(`The README example of ${name}`, process.execPath, ['example.js'])
    if (stderr !== '') throw new Error(`The README example of ${name} writes to standard error:\n${stderr}`)
    console.log(`${name}: packed, installed, its example runs`)
  }
  const { stderr } = await run('dml-crc --help', 'npx', ['dml-crc', '--help'])
  if (stderr !== '') throw new Error(`dml-crc --help writes to standard error:\n${stderr}`)
  console.log('dml-crc: packed, installed, shows its help')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
