// Times a network at 224² on the loaded engine and timm's in PyTorch on the CPU, taking turns: its forward pass, and a step of
// training with its gradients.
// node --conditions=@dml-crc/source --import tsx bench/timm-speed.ts NAME [python with timm] [batch] [rounds]
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { createBackbone } from '../src/index.ts'

const [name = 'vit_small_patch14_dinov2', python = 'python3', batch = '8', rounds = '5'] = process.argv.slice(2)
const MODES = ['forward', 'train'] as const

const engine = await loadEngine()
const backbone = await createBackbone(name, { weights: 'none', inputSize: 224, norm: 'frozen' })
const images = tf.randomUniform([Number(batch), 224, 224, 3]) as tf.Tensor4D

async function run(mode: (typeof MODES)[number]): Promise<number> {
  const start = performance.now()
  if (mode === 'forward') {
    const features = backbone.forward(images)
    await features.data()
    features.dispose()
  } else {
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(backbone.forward(images))))
    await Promise.all([value, ...Object.values(grads)].map((tensor) => tf.tidy(() => tf.sum(tensor)).data()))
    tf.dispose([value, grads])
  }
  return (performance.now() - start) / 1000
}

const script = fileURLToPath(new URL('timm_speed.py', import.meta.url))
const torch = spawn(python, [script, name, batch, String(availableParallelism())], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
const answers = createInterface({ input: torch.stdout })[Symbol.asyncIterator]()
const version = (await answers.next()).value
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

for (const mode of MODES) {
  await run(mode)
  const seconds: { here: number; there: number }[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const here = await run(mode)
    torch.stdin.write(`${mode}\n`)
    seconds.push({ here, there: Number((await answers.next()).value) })
  }
  const here = median(seconds.map((round) => round.here)) / Number(batch)
  const there = median(seconds.map((round) => round.there)) / Number(batch)
  console.log(
    `${name}, ${mode}: ${engine.name} ${here.toFixed(3)} s per image, PyTorch ${version} ${there.toFixed(3)} s; ` +
      `relative speed ${(there / here).toFixed(2)}, median of ${rounds} rounds of ${batch}`,
  )
}
console.log(`largest resident set here: ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`)
torch.stdin.end()
process.exit(0)
