import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { imagenetRgb } from '../preprocessing.ts'
import { fetchWeights } from './hub.ts'

const content = Buffer.from('some weights')
const sha256 = createHash('sha256').update(content).digest('hex')
const tag = {
  trainedOn: 'nothing',
  licence: 'MIT',
  sources: [
    { repository: 'absent/model', file: 'model.safetensors' },
    { repository: 'owner/model', file: 'model.safetensors' },
  ],
  preprocessing: imagenetRgb,
}

let requests: string[]
let stated: string
let home: string
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
  if (request.url !== '/owner/model/resolve/main/model.safetensors') {
    response.writeHead(404).end()
  } else if (request.method === 'HEAD') {
    response
      .writeHead(302, { 'x-linked-etag': `"${stated}"`, 'x-linked-size': content.length, location: '/stored' })
      .end()
  } else {
    response.writeHead(200, { 'content-length': content.length }).end(content)
  }
})

beforeEach(async () => {
  requests = []
  stated = sha256
  home = await mkdtemp(join(tmpdir(), 'hub-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('DML_CRC_HOME', home)
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  vi.stubEnv('HF_TOKEN', 'secret')
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  vi.stubEnv('no_proxy', '127.0.0.1')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await new Promise((resolve) => server.close(resolve))
  await rm(home, { recursive: true })
})

test('asks source after source with the token, and stores the file under its checksum', async () => {
  const path = await fetchWeights(tag)
  expect(path).toBe(join(home, 'weights', sha256, 'model.safetensors'))
  expect(await readFile(path)).toEqual(content)
  expect(requests).toEqual([
    'HEAD /absent/model/resolve/main/model.safetensors Bearer secret',
    'HEAD /owner/model/resolve/main/model.safetensors Bearer secret',
    'GET /owner/model/resolve/main/model.safetensors Bearer secret',
  ])
})

test.each(['', '{', 'null', '{"sha256":"../../elsewhere"}'])(
  'asks again where what was kept is damaged: %s',
  async (text) => {
    const only = { ...tag, sources: tag.sources.slice(1) }
    const path = await fetchWeights(only)
    await writeFile(join(home, 'weights', 'hub', 'owner', 'model', 'model.safetensors.json'), text)
    requests = []
    expect(await fetchWeights(only)).toBe(path)
    expect(requests).toEqual(['HEAD /owner/model/resolve/main/model.safetensors Bearer secret'])
  },
)

test('asks for what is in the cache no more, even offline', async () => {
  const only = { ...tag, sources: tag.sources.slice(1) }
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  await expect(fetchWeights(only)).rejects.toThrow(/HF_HUB_OFFLINE forbids the network/)
  vi.stubEnv('HF_HUB_OFFLINE', '0')
  await fetchWeights(only)
  requests = []
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  expect(await readFile(await fetchWeights(only))).toEqual(content)
  expect(requests).toEqual([])
})

test('may be asked by several at once', async () => {
  const paths = await Promise.all([fetchWeights(tag), fetchWeights(tag), fetchWeights(tag)])
  expect(new Set(paths).size).toBe(1)
  expect(requests.filter((each) => each.startsWith('GET'))).toHaveLength(1)
})

test('refuses a file that is not what the hub said it is, and an answer without a checksum', async () => {
  const only = { ...tag, sources: tag.sources.slice(1) }
  stated = 'an etag of another kind'
  await expect(fetchWeights(only)).rejects.toThrow(/X-Linked-ETag/)
  stated = '0'.repeat(64)
  await expect(fetchWeights(only)).rejects.toThrow(/sha256/)
})
