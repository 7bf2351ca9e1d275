// Times VGG-19's forward pass up to block5_pool at 224² on the loaded engine and in PyTorch on the CPU, taking turns.
// node --conditions=@dml-crc/source --import tsx bench/vgg19-forward.ts [python with torch] [batch] [rounds]
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { createBackbone } from '../src/index.ts'

const [python = 'python3', batch = '8', rounds = '10'] = process.argv.slice(2)

const engine = await loadEngine()
const backbone = await createBackbone('vgg19', { weights: 'none', layers: ['block5_pool'] })
const images = tf.randomUniform([Number(batch), 224, 224, 3]) as tf.Tensor4D

async function forward(): Promise<number> {
  const start = performance.now()
  const features = backbone.forward(images)
  await features.data()
  features.dispose()
  return (performance.now() - start) / 1000
}

const script = fileURLToPath(new URL('vgg19_forward.py', import.meta.url))
const torch = spawn(python, [script, batch, String(availableParallelism())], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: torch.stdout })[Symbol.asyncIterator]()
const version = (await answers.next()).value

await forward()
const seconds: { here: number; there: number }[] = []
for (let round = 0; round < Number(rounds); round++) {
  const here = await forward()
  torch.stdin.write('\n')
  seconds.push({ here, there: Number((await answers.next()).value) })
}
torch.stdin.end()

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]
const here = median(seconds.map((round) => round.here)) / Number(batch)
const there = median(seconds.map((round) => round.there)) / Number(batch)
console.log(`${engine.name} (${engine.library}): ${here.toFixed(3)} s per image`)
console.log(`PyTorch ${version}, channels last: ${there.toFixed(3)} s per image`)
console.log(`speed relative to PyTorch, median of ${rounds} rounds of ${batch}: ${(there / here).toFixed(2)}`)
process.exit(0)
