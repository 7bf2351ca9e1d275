// A run of its own process, for the tests that stop it: node run.ts FOLDER EPOCHS [slow]
import { setTimeout } from 'node:timers/promises'
import { interruptible } from '@dml-crc/core'
import { jsonLines } from '../callbacks/json-lines.ts'
import { fit } from '../fit.ts'
import { adamW } from '../optimizer/adamw.ts'
import { warmUpCosine } from '../optimizer/schedules.ts'
import { ToyLoader, toyTask } from './toy.ts'

const [folder, epochs, slow] = process.argv.slice(2)
const pause = { name: 'pause', step: () => (slow ? setTimeout(20) : undefined) }
const result = await interruptible((signal) =>
  fit(toyTask(), {
    loader: new ToyLoader(),
    epochs: Number(epochs),
    optimizer: adamW({ weightDecay: 0.01 }),
    learningRate: 0.05,
    schedule: warmUpCosine({ warmUp: 0.2 }),
    average: 0.9,
    checkpoints: { folder: `${folder}/checkpoints`, everySteps: 1, resume: true },
    callbacks: [jsonLines(`${folder}/metrics.jsonl`), pause],
    signal,
    onNote: (text) => console.error(text),
  }),
)
console.log(JSON.stringify(result))
