// Getting a data set from a server: a small set in the layout of Oxford Flowers 102, which `get-set serve` puts into `served/` and
// `get-set get` fetches from there into `set/`, both in the folder in which they run.
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { drawDemo } from '../../packages/datasets/src/demo/draw.ts'
import { getFrom } from '../../packages/datasets/src/fetching/get.ts'
import { tar } from '../../packages/datasets/src/testdata/archive.ts'

const FILES = ['102flowers.tgz', 'imagelabels.mat', 'setid.mat']

async function serve() {
  const drawn = 'drawn'
  await drawDemo(drawn, { perClass: { train: 1, val: 1, test: 1 }, size: 16 })
  mkdirSync('served')
  for (const name of FILES.slice(1)) writeFileSync(join('served', name), readFileSync(join(drawn, name)))
  const images = readdirSync(join(drawn, 'jpg')).sort()
  const entries = images.map((name) => [{ name: `jpg/${name}` }, readFileSync(join(drawn, 'jpg', name))])
  writeFileSync(join('served', FILES[0]), gzipSync(await tar(...entries)))
  rmSync(drawn, { recursive: true })
}

async function get() {
  const server = createServer((request, response) => createReadStream(join('served', request.url)).pipe(response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const files = FILES.map((name) => {
    const content = readFileSync(join('served', name))
    const sha256 = createHash('sha256').update(content).digest('hex')
    const urls = [`http://127.0.0.1:${server.address().port}/${name}`]
    return { name, urls, bytes: content.length, sha256, ...(name.endsWith('.tgz') && { within: '' }) }
  })
  try {
    await getFrom({ files, images: 60, mostFiles: 100 }, 'flowers102', 'set', {})
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

export const getSet = (action) => (action === 'serve' ? serve() : get())
