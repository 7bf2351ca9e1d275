import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assign, commandIn, expectDone, expectError } from '../testdata/command.ts'
import { RedisServer, withoutRedis } from '../testdata/redis.ts'
import { expectSameRun } from '../testdata/same-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-tasks-'))
const redis = new RedisServer(folder)
const dmlCrc = commandIn(folder)
const at = (...parts: string[]) => join(folder, ...parts)

/** Shards of four parts of the features, and rows of every kind; a second or so each. */
const experiment = [
  'run',
  'demo',
  ...assign(
    'dataset.perClass={"train":3,"val":1,"test":2}',
    'backbones=[{"name":"tiny_vgg","weights":"none","inputSize":32,"pretrain":{"epochs":1,"batchSize":16,"learningRate":0.003}}]',
    'randomViews=2',
    'methods=[{"method":"crc","grid":{"lambda":[0.1,1]}},{"method":"dmlCrcGradient","options":{"rank":16,"steps":10},"seeds":2},{"method":"ridge"}]',
    'sweeps=[{"method":"crc","option":"lambda","values":[0.1,1]}]',
    'endToEnd.0.train.epochs=1',
    'endToEnd.0.options={"rank":16,"steps":2}',
  ),
]

beforeAll(async () => expectDone(await dmlCrc.run(...experiment, '--out', 'plain')))
afterAll(async () => {
  await redis.kill()
  rmSync(folder, { recursive: true })
})

it('--workers gives the bits of a plain run, and does nothing twice', async () => {
  expectDone(dmlCrc.runProcess([...experiment, '--out', 'workers', '--workers', '2', '--store', 'two']))
  expectSameRun(at('workers'), at('plain'))
  const again = dmlCrc.runProcess([...experiment, '--out', 'again', '--workers', '2', '--store', 'two'])
  expectDone(again)
  expect(again.stderr).not.toContain('tasks of demo')
  expectSameRun(at('again'), at('plain'))
})

it('a row that cannot be done is named with its error, and the others are there', async () => {
  const poisoned = assign('methods=[{"method":"ridge"},{"method":"knn","options":{"k":100000}}]', 'endToEnd=[]')
  const run = dmlCrc.runProcess([...experiment, ...poisoned, '--out', 'poisoned', '--workers', '2', '--store', 'two'])
  expect(run.status).toBe(1)
  expect(run.stderr).toMatch(
    /1 fewer, kNN on tiny_vgg, seed 0 among them.*--resume.*\n.*kNN on tiny_vgg.*: k: expected at most/,
  )
  const { rows, finishedAt } = JSON.parse(readFileSync(at('poisoned', 'results.json'), 'utf8'))
  expect(rows.map(({ method }: { method: string }) => method)).toEqual(['softmax', 'ridge'])
  expect(finishedAt).toBeUndefined()
})

describe.skipIf(withoutRedis())(`a queue on Redis (${withoutRedis() ?? 'with one of its own'})`, () => {
  const place = () => ['--redis', redis.url, '--store', at('shared')]

  /** A process, what it said on standard error, and how it ended. */
  function watch(process: ChildProcess) {
    const watched = { process, said: '', status: once(process, 'exit').then(([status]) => status) }
    process.stderr!.on('data', (text) => {
      watched.said += text
    })
    return watched
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await sleep(5)
  }

  it('loses nothing when the command, two of three workers and the server are killed', async () => {
    await redis.start()
    const run = [...experiment, '--out', 'queue', '--executor', 'bullmq', ...place()]
    const first = watch(dmlCrc.start(...run))
    await until(() => first.said.includes('No worker is there yet'))
    first.process.kill('SIGINT')
    expect(await first.status).toBe(130)
    expect(first.said).toMatch(/stopped by SIGINT.*--resume/)

    const workers = Array.from({ length: 3 }, () => watch(dmlCrc.start('worker', ...place())))
    const killOneAtWork = async () => {
      // What it said last is that a task has begun.
      const atWork = () => workers.find(({ process, said }) => !process.killed && said.endsWith('…\n'))
      await until(() => atWork() !== undefined)
      atWork()!.process.kill('SIGKILL')
    }
    await killOneAtWork()
    const second = watch(dmlCrc.start(...run, '--resume'))
    await until(() => existsSync(at('shared', 'rows')) && readdirSync(at('shared', 'rows')).length > 2)
    await redis.kill()
    await redis.start()
    await killOneAtWork()
    expect({ status: await second.status, said: second.said }).toMatchObject({ status: 0 })
    expectSameRun(at('queue'), at('plain'))
    const last = workers.find(({ process }) => !process.killed)!
    last.process.kill('SIGTERM')
    expect(await last.status).toBe(143)
  })

  it('refuses what it cannot reach', async () => {
    const nowhere = ['--executor', 'bullmq', '--redis', 'redis://127.0.0.1:1', '--store', at('empty')]
    expectError(await dmlCrc.run(...experiment, '--out', 'nowhere', ...nowhere), /Redis.*a server that answers/)
    expectError(await dmlCrc.run(...experiment, '--executor', 'bullmq', '--redis', redis.url), /--store/)
    expectError(await dmlCrc.run(...experiment, '--redis', redis.url), /--executor/)
  })
})
