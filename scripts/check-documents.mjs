// Runs every fenced command of every document, and writes every file that one shows with its path, in order, in a fresh clone
// with an empty home, as a new user would. A local
// server stands for the Hugging Face hub and the addresses of the data sets; the npm registry is the real one.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from './documents/server.mjs'
import { standInImages, standInWeights } from './documents/stand-ins.mjs'
import { patched, stepsOf } from './documents/steps.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const DOCUMENTS = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path && !path.startsWith('.changeset/'))
// The README first: its first command does the set-up.
DOCUMENTS.sort((a, b) => (b === 'README.md') - (a === 'README.md') || a.localeCompare(b))

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-documents-'))
const [clone, home, served] = ['clone', 'home', 'served'].map((name) => join(folder, name))

/** The files of the working tree that git would have, in a repository of their own. */
function cloneHere() {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const path of listed
    .toString()
    .split('\0')
    .filter((path) => path && existsSync(join(root, path)))) {
    cpSync(join(root, path), join(clone, path), { recursive: true, force: true })
  }
  execFileSync('git', ['init', '--quiet'], { cwd: clone })
}

/** Nothing of this user's but where the registry is. */
function emptyHome(address) {
  const { PATH, LANG, NODE_EXTRA_CA_CERTS } = process.env
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const network = Object.entries(process.env).filter(([name]) => /^(https?|no|all)_proxy$/i.test(name))
  return {
    ...Object.fromEntries(network),
    PATH: PATH.split(':')
      .filter((part) => !part.includes('node_modules') && !part.startsWith(homedir()))
      .join(':'),
    LANG,
    ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
    HOME: home,
    npm_config_registry: registry,
    HF_ENDPOINT: address,
    DML_CRC_MIRROR: address,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  }
}

async function execute({ document, command }, env) {
  const begun = performance.now()
  const child = spawn('bash', ['-c', command], { cwd: clone, env, stdio: ['ignore', 'ignore', 'inherit'] })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${document}: «${command}» ended with status ${status}`)
  console.log(`${document}: ${command}  (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
}

function write({ document, file, block, isDiff }) {
  const path = join(clone, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, isDiff ? patched(readFileSync(path, 'utf8'), block) : block)
  console.log(`${document}: ${isDiff ? 'changed' : 'wrote'} ${file}`)
}

mkdirSync(home)
const server = await serve(served)
try {
  cloneHere()
  standInWeights(served)
  const env = emptyHome(server.address)
  const [first, ...rest] = DOCUMENTS.flatMap((document) => stepsOf(clone, document))
  await execute(first, env)
  await standInImages(clone, served, { env })
  for (const each of rest) {
    if (each.file) write(each)
    else if (each.elsewhere) console.log(`${each.document}: ${each.command}  (not run here: ${each.elsewhere})`)
    else await execute(each, env)
  }
} finally {
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
