import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tensorBoard } from './tensorboard.ts'

const python = process.env.PYTHON ?? 'python3'
const hasTensorBoard = spawnSync(python, ['-c', 'import tensorboard, PIL']).status === 0
const script = fileURLToPath(new URL('../../scripts/read_events.py', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.skipIf(!hasTensorBoard)('tensorBoard (needs a Python with tensorboard and pillow: set PYTHON)', () => {
  it('writes what the real TensorBoard reads', async () => {
    const image = { pixels: Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i), width: 2, height: 3 }
    const callback = tensorBoard(folder, { images: async () => ({ batch: image }) })
    await callback.start?.({ task: 'test', steps: 300, epochs: 1, step: 0 })
    const event = { epoch: 0, learningRate: 0.5, images: 8, seconds: 2, waitSeconds: 0, stop: () => {} }
    await callback.step?.({ step: 0, loss: 2, ...event })
    await callback.step?.({ step: 299, loss: 1, ...event })
    await callback.epoch?.({ epoch: 0, step: 300, values: { accuracy: 0.25 }, stop: () => {} })
    await callback.end?.('finished')
    const read = JSON.parse(execFileSync(python, [script, folder], { encoding: 'utf8' }))
    expect(read).toEqual({
      scalars: {
        'step/loss': [
          [0, 2],
          [299, 1],
        ],
        'step/learning rate': [
          [0, 0.5],
          [299, 0.5],
        ],
        'step/images per second': [
          [0, 4],
          [299, 4],
        ],
        'epoch/accuracy': [[299, 0.25]],
      },
      images: { batch: [[[2, 3], 'RGB', [0, 1, 2]]] },
    })
  })
})
