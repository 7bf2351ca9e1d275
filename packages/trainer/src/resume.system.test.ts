import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Prng } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CheckpointFolder, type LoadedCheckpoint } from './checkpoint.ts'

const SCRIPT = fileURLToPath(new URL('../dist/testdata/run.js', import.meta.url))
const EPOCHS = 8

let folder: string
let metrics: string
let final: LoadedCheckpoint

const start = (name: string, ...more: string[]): ChildProcess =>
  spawn(process.execPath, [SCRIPT, join(folder, name), `${EPOCHS}`, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })

/** Waits for the end of a run: its exit status or signal, and what it said. */
async function ended(run: ChildProcess): Promise<{ status: number | string; output: string; notes: string }> {
  let output = ''
  let notes = ''
  run.stdout?.on('data', (text) => {
    output += text
  })
  run.stderr?.on('data', (text) => {
    notes += text
  })
  const status = await new Promise<number | string>((resolve) => {
    run.on('close', (code, signal) => resolve(signal ?? code ?? -1))
  })
  return { status, output, notes }
}

/** The number of steps whose line is on the disk. */
async function stepsTaken(name: string): Promise<number> {
  const text = await readFile(join(folder, name, 'metrics.jsonl'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line.includes('"learningRate"')).length
}

async function until(name: string, step: number, run: ChildProcess): Promise<void> {
  while ((await stepsTaken(name)) < step) {
    if (run.exitCode !== null) throw new Error(`the run ended with ${run.exitCode} before step ${step}`)
    await setTimeout(5)
  }
}

/** The losses in the file of a run, without the times, which differ. */
async function losses(name: string): Promise<string[]> {
  const lines = (await readFile(join(folder, name, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const { step, epoch, loss, learningRate } = JSON.parse(line)
    return `${step} ${epoch} ${loss} ${learningRate}`
  })
}

async function expectSameAsWhole(name: string): Promise<void> {
  expect((await losses(name)).join('\n')).toBe(metrics)
  expect(await new CheckpointFolder(join(folder, name, 'checkpoints')).load('latest')).toEqual(final)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resume-'))
  expect((await ended(start('whole'))).status).toBe(0)
  metrics = (await losses('whole')).join('\n')
  final = await new CheckpointFolder(join(folder, 'whole', 'checkpoints')).load('latest')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a run that was stopped goes on bit for bit', () => {
  it('after SIGKILL at three random moments', async () => {
    const prng = Prng.fromSeed(Date.now() % 2 ** 31)
    for (const stop of [2 + prng.int(4), 8 + prng.int(5), 15 + prng.int(6)]) {
      const run = start('killed', 'slow')
      const end = ended(run)
      await until('killed', stop, run)
      await setTimeout(prng.uniform(0, 30))
      run.kill('SIGKILL')
      expect((await end).status).toBe('SIGKILL')
    }
    expect((await ended(start('killed'))).status).toBe(0)
    await expectSameAsWhole('killed')
  })

  it.each<['SIGINT' | 'SIGTERM', number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('after %s, which saves and exits with %d', async (signal, status) => {
    const run = start(signal, 'slow')
    const end = ended(run)
    await until(signal, 5, run)
    run.kill(signal)
    const { status: exit, output } = await end
    expect(exit).toBe(status)
    const { outcome, steps } = JSON.parse(output)
    expect(outcome).toBe('interrupted')
    expect((await new CheckpointFolder(join(folder, signal, 'checkpoints')).load('latest')).step).toBe(steps)
    expect((await ended(start(signal))).status).toBe(0)
    await expectSameAsWhole(signal)
  })

  it('from the older checkpoint, with a warning, when the newest is damaged', async () => {
    const run = start('damaged', 'slow')
    const end = ended(run)
    await until('damaged', 6, run)
    run.kill('SIGTERM')
    await end
    const checkpoints = join(folder, 'damaged', 'checkpoints')
    const [line] = (await readFile(join(checkpoints, 'latest.json'), 'utf8')).split('\n')
    await truncate(join(checkpoints, JSON.parse(line).data.file), 100)
    const { status, notes } = await ended(start('damaged'))
    expect(status).toBe(0)
    expect(notes).toMatch(/newest checkpoint is damaged, the one before it is taken/)
    await expectSameAsWhole('damaged')
  })
})

/** Whether a command of the system succeeds. */
const system = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

const canMount = process.getuid?.() === 0

describe.skipIf(!canMount || process.platform !== 'linux')('a full disk (needs the right to mount one)', () => {
  const disk = () => join(folder, 'full')
  afterAll(() => {
    system('umount', disk())
  })

  it('ends the run with the reason, and once there is room it goes on bit for bit', async (context) => {
    await mkdir(disk())
    if (!system('mount', '-t', 'tmpfs', '-o', 'size=128k', 'none', disk())) return context.skip()
    const run = start('full', 'slow')
    const end = ended(run)
    await until('full', 4, run)
    // Leaves no room, though small files that are already there can be replaced.
    await writeFile(join(disk(), 'ballast'), new Uint8Array(2 ** 20)).catch(() => {})
    const { status, notes } = await end
    expect(status).toBe(1)
    expect(notes).toMatch(/a place to write to, received a full disk \(ENOSPC\)\. Free some space/)
    expect((await readdir(join(disk(), 'checkpoints'))).some((file) => file.endsWith('.tmp'))).toBe(false)
    await rm(join(disk(), 'ballast'))
    expect(system('mount', '-o', 'remount,size=1m', disk())).toBe(true)
    expect((await ended(start('full'))).status).toBe(0)
    await expectSameAsWhole('full')
  })
})
