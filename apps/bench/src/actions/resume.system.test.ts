import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { assign, commandIn, expectDone, expectError } from '../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-resume-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)

const EPOCHS = 2
const experiment = [
  'run',
  'demo',
  ...assign(
    'dataset.perClass={"train":4,"val":1,"test":2}',
    'backbones=[{"name":"tiny_vgg","weights":"none","inputSize":32,"pretrain":{"epochs":1,"batchSize":16,"learningRate":0.003}}]',
    'methods=[{"method":"crc","options":{"lambda":0.3}}]',
    'sweeps=[]',
    `endToEnd.0.train.epochs=${EPOCHS}`,
    'endToEnd.0.options={"rank":16,"steps":2}',
  ),
]

/** Has a run send itself a signal right after it has written the first checkpoint of the end-to-end row. */
function stopAtCheckpoint(out: string, signal: string): string {
  const script = `import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { rename } = fs.promises
    let sent = false
    fs.promises.rename = async (from, to) => {
      await rename(from, to)
      if (sent || !/checkpoints.*latest\\.json$/.test(to)) return
      if (!fs.existsSync(${JSON.stringify(join(folder, out, 'units', '0001.json'))})) return
      sent = true
      process.kill(process.pid, '${signal}')
    }
    syncBuiltinESMExports()`
  return `--import data:text/javascript,${encodeURIComponent(script)}`
}

const read = (out: string, file: string) => JSON.parse(readFileSync(join(folder, out, file), 'utf8'))

describe('--resume in the middle of an end-to-end row', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)('goes on from the checkpoint after %s', async (signal) => {
    if (!existsSync(join(folder, 'whole'))) expectDone(await dmlCrc.run(...experiment, '--out', 'whole'))
    const NODE_OPTIONS = stopAtCheckpoint(signal, signal)
    const { status, stderr } = dmlCrc.runProcess([...experiment, '--out', signal], { NODE_OPTIONS })
    expect({ status, rows: read(signal, 'results.json').rows.length }).toEqual({
      status: signal === 'SIGINT' ? 130 : null,
      rows: 2,
    })
    if (signal === 'SIGINT') expect(stderr).toMatch(/stopped by SIGINT.*--resume/)

    const resumed = await dmlCrc.run(...experiment, '--out', signal, '--resume')
    expectDone(resumed)
    const [, step, steps] = /Going on after step (\d+) of (\d+)/.exec(resumed.stderr)!.map(Number)
    expect(step).toBeGreaterThan(0)
    expect(step).toBeLessThan(steps)
    expect(resumed.stderr).not.toContain('softmax from scratch')

    const accuracies = (out: string) => read(out, 'results.json').rows.map(({ top1 }: { top1: number }) => top1)
    expect(accuracies(signal)).toEqual(accuracies('whole'))
    const [resumedDetails, wholeDetails] = [signal, 'whole'].map((out) => read(out, 'details.json'))
    expect(resumedDetails.predictions).toEqual(wholeDetails.predictions)
    expect(resumedDetails.curves).toEqual(wholeDetails.curves)
    expect(wholeDetails.curves.at(-1).values).toHaveLength(EPOCHS)
    expect(readdirSync(join(folder, signal, 'checkpoints'))).toEqual(['tiny_vgg.safetensors'])
  })

  it('without it, refuses; with --overwrite, keeps nothing of the run before', async () => {
    const other = [...experiment, ...assign('endToEnd=[]', 'methods=[]'), '--out', 'SIGINT']
    expectError(await dmlCrc.run(...other), /--resume.*--overwrite/)
    expect(read('SIGINT', 'results.json').rows).toHaveLength(3)
    const [before] = read('SIGINT', 'results.json').rows
    expectDone(await dmlCrc.run(...other, '--overwrite'))
    const { rows } = read('SIGINT', 'results.json')
    expect(rows).toHaveLength(1)
    expect(rows[0].seconds).not.toEqual(before.seconds)
    expect(readdirSync(folder).filter((name) => name.startsWith('SIGINT'))).toEqual(['SIGINT'])
  })
})
