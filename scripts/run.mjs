// Runs the command line tool or a development tool from a checkout, installing the dependencies first where
// they are missing or older than the lockfile. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const installedLockfile = at('node_modules', '.installed-lockfile.yaml')

function run(command, args, options) {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (error) throw error
  if (signal) process.kill(process.pid, signal)
  return status ?? 1
}

function isInstalled() {
  return existsSync(installedLockfile) && readFileSync(installedLockfile).equals(readFileSync(at('pnpm-lock.yaml')))
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  console.error(`dml-crc: installing dependencies with ${packageManager} (once)`)
  // Standard output belongs to the command that follows.
  const status = run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(
      'dml-crc: the installation failed; the lines above say why. Correct that and run the same command again.',
    )
    process.exit(status)
  }
  writeFileSync(installedLockfile, readFileSync(at('pnpm-lock.yaml')))
}

/** A tool of node_modules by its name. */
function runTool(name, args) {
  const PATH = [at('node_modules', '.bin'), process.env.PATH].join(delimiter)
  return run(name, args, { env: { ...process.env, PATH }, shell: process.platform === 'win32' })
}

if (!isInstalled()) install()

const fromSource = ['--conditions=@dml-crc/source', '--import', import.meta.resolve('tsx')]

/** A project of examples/, in a folder of its own for what it writes. */
function runExample(name) {
  const file = at('examples', name ?? '', 'index.ts')
  if (!existsSync(file)) {
    console.error(`dml-crc: no example «${name ?? ''}»; examples/README.md lists them.`)
    return 1
  }
  const cwd = at('examples', name, 'out')
  mkdirSync(cwd, { recursive: true })
  console.error(`dml-crc: what the example writes is in examples/${name}/out`)
  return run(process.execPath, [...fromSource, file], { cwd })
}

const [tool, ...args] = process.argv.slice(2)
if (tool === 'dml-crc')
  process.exit(run(process.execPath, [...fromSource, at('apps', 'bench', 'src', 'cli.ts'), ...args]))
process.exit(tool === 'example' ? runExample(args[0]) : runTool(tool, args))
