/**
 * The memory of this process while 20,000 images pass through a loader; it must stay flat after the first batches.
 *
 * Usage: node --conditions=@dml-crc/source --import tsx bench/memory.ts
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLoader, demo, drawDemo, randomResizedCrop, shuffled } from '../src/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'dml-crc-memory-'))
try {
  await drawDemo(join(folder, 'demo'), { perClass: { train: 50, val: 1, test: 1 } })
  const records = await (await demo(join(folder, 'demo'))).split('train')
  const loader = createLoader(records, {
    batchSize: 50,
    transform: randomResizedCrop({ size: 224 }),
    sampler: shuffled,
  })
  for (let epoch = 1; epoch <= 20; epoch++) {
    for await (const _ of loader);
    console.log(`${epoch * records.length} images: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`)
  }
} finally {
  await rm(folder, { recursive: true })
}
