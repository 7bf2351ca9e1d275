import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../command.mjs'
import { here, secondsOf } from '../sides.mjs'

const built = fileURLToPath(new URL('../../../apps/bench/dist/cli.js', import.meta.url))

/** A command as it is published, run once by each measurement. */
const command = (args) => async () => {
  if (args[0] === built && !existsSync(built)) throw new Error(`${built} is missing: npm run build`)
  const run = () => {
    const { stdout, ...measured } = runCommand(process.execPath, args)
    return measured
  }
  return { library: `node ${process.version.slice(1)}`, run }
}

const extra = (row) => secondsOf('here')(row) - secondsOf('node -e 0')(row)

export const startUp = {
  name: 'start-up',
  title: 'start of the command',
  label: () => '`dml-crc --help`',
  sizes: () => [{}],
  repeats: 9,
  sides: [
    { ...here(command([built, '--help'])), command: true },
    { name: 'node -e 0', peer: true, command: true, prepare: command(['-e', '0']) },
  ],
  targets: () => [{ what: 'seconds more than `node -e 0`', measured: extra, atMost: 0.15, unit: 's' }],
}

/** An experiment from files to report, with the features computed anew: the engine of this machine, but caches of its own. */
async function wholeRun({ data, weights, engine }) {
  const home = mkdtempSync(join(tmpdir(), 'dml-crc-bench-'))
  const engines = join(process.env.DML_CRC_HOME || join(homedir(), '.cache', 'dml-crc'), 'engine')
  process.on('exit', () => rmSync(home, { recursive: true, force: true }))
  let times = 0
  const run = () => {
    const own = join(home, `${times++}`)
    mkdirSync(own)
    if (existsSync(engines)) symlinkSync(engines, join(own, 'engine'))
    process.env.DML_CRC_HOME = own
    const from = ['--data', data, '--backbone', 'mobilenet_v1', '--weights', weights, '--fit', 'train', '--test', 'val']
    const args = ['run', 'flowers102', '--quick', ...from, '--out', join(own, 'run'), '--engine', engine]
    const { stdout, ...measured } = runCommand(process.execPath, [built, ...args])
    return measured
  }
  return { library: `node ${process.version.slice(1)}`, run }
}

export const flowersRun = {
  name: 'run-flowers102',
  title: '`dml-crc run flowers102 --quick`',
  label: () => 'MobileNetV1, train to val',
  sizes: (quick) => (quick ? [] : [{}]),
  requires: ['data', 'weights'],
  repeats: 1,
  warmUps: 0,
  sides: [{ ...here(wholeRun), command: true }],
}
