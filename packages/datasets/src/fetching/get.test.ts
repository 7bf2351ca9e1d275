import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DataError, DownloadError, InputError, writeMat } from '@dml-crc/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RECORDS } from '../open.ts'
import { flowers102 } from '../sets/flowers102.ts'
import { type Entry, tar } from '../testdata/archive.ts'
import { picture } from '../testdata/pictures.ts'
import { type CountedSource, fetchDatasetFolder, getFrom, listDatasets, removeDataset } from './get.ts'
import { verifyDataset } from './verify.ts'

let home: string
let server: Server
let source: CountedSource
let root: string
const served = new Map<string, Buffer>()
let requests: string[] = []
/** Where in its file each request for a part began. */
let starts: number[] = []
/** Keeps the answer to the next request for a whole archive open after this many bytes. */
let stallNext = 0
/** Cuts the answer to the next request for a whole file after this many bytes. */
let cutNext = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'get-'))
  vi.stubEnv('DML_CRC_HOME', home)
  await writeMat(join(home, 'imagelabels.mat'), { labels: [1, 1, 2, 2, 3, 3] })
  await writeMat(join(home, 'setid.mat'), { trnid: [1, 3, 5], valid: [2], tstid: [4, 6] })
  const jpegs = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => picture(60, 50, seed).jpeg().toBuffer()))
  const archive = await tar(...jpegs.map((jpeg, i): Entry => [{ name: `jpg/image_0000${i + 1}.jpg` }, jpeg]))
  served.set('/flowers.tgz', gzipSync(archive))
  for (const name of ['imagelabels.mat', 'setid.mat']) served.set(`/${name}`, await readFile(join(home, name)))
  server = createServer((request, response) => {
    requests.push(request.url!)
    const content = served.get(request.url!)
    if (!content) {
      response.writeHead(404).end()
      return
    }
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (start) starts.push(start)
    if (start) response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`)
    response.writeHead(start ? 206 : 200, { 'content-length': content.length - start })
    if (stallNext && request.url === '/flowers.tgz') response.write(content.subarray(start, start + stallNext))
    else if (!cutNext) response.end(content.subarray(start))
    else response.write(content.subarray(start, start + cutNext), () => setTimeout(() => response.socket?.end(), 50))
    cutNext = 0
    if (request.url === '/flowers.tgz') stallNext = 0
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = (name: string, within?: string) => {
    const content = served.get(`/${name}`)!
    const sha256 = createHash('sha256').update(content).digest('hex')
    return { name, urls: [`${base}/gone/${name}`, `${base}/${name}`], bytes: content.length, sha256, within }
  }
  source = { images: 6, mostFiles: 10, files: [file('imagelabels.mat'), file('setid.mat'), file('flowers.tgz', '')] }
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  await rm(home, { recursive: true })
})
beforeEach(async () => {
  root = join(await mkdtemp(join(home, 'case-')), 'flowers')
  requests = []
  starts = []
})

/** Has another process get the data set, as a user's terminal would. */
function getElsewhere() {
  const code = `
    import { getFrom } from ${JSON.stringify(new URL('../../dist/fetching/get.js', import.meta.url).href)}
    await getFrom(${JSON.stringify(source)}, 'flowers102', ${JSON.stringify(root)}, {})`
  return spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' })
}

const get = (options = {}) => getFrom(source, 'flowers102', root, options)

describe('fetchDatasetFolder', () => {
  it('makes a whole tree and leaves nothing beside it', async () => {
    await get()
    expect(await (await flowers102.open(root)).split('test')).toHaveLength(2)
    expect((await readdir(root)).sort()).toEqual(['complete.json', 'imagelabels.mat', 'jpg', 'setid.mat'])
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
    requests = []
    await get()
    expect(requests).toEqual([])
  })

  it('goes on after a cut, without fetching again what it has', async () => {
    cutNext = 300
    await get()
    expect(requests.filter((path) => path === '/setid.mat')).toHaveLength(1)
    expect((await verifyDataset('flowers102', root)).missing).toEqual([])
  })

  it('goes on where a process was killed in the middle of a download', async () => {
    const half = Math.floor(served.get('/flowers.tgz')!.length / 2)
    stallNext = half
    const child = getElsewhere()
    const part = `${root}.downloads`
    const begun = async (): Promise<string[]> => {
      const names = await readdir(part).catch(() => [])
      const lengths = await Promise.all(
        names.map((name) =>
          // A download that ends meanwhile takes its part file away.
          stat(join(part, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      )
      return names.filter((name, i) => name === 'flowers.tgz.part' && lengths[i] > 0)
    }
    while ((await begun()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGKILL')
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    expect(await readdir(join(root, '..'))).not.toContain(basename(root))
    requests = []
    await get()
    expect(requests.every((path) => path.endsWith('.tgz'))).toBe(true)
    expect(starts).toEqual([half])
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
    expect(await verifyDataset('flowers102', root, { deep: true })).toMatchObject({ missing: [], damaged: [] })
  })

  it('completes a tree whose making was broken off', async () => {
    const archive = served.get('/flowers.tgz')!
    served.delete('/flowers.tgz')
    await expect(get()).rejects.toThrow(DownloadError)
    expect(await readdir(join(root, '..'))).not.toContain(basename(root))
    served.set('/flowers.tgz', archive)
    requests = []
    await get()
    expect(requests.every((path) => path.endsWith('.tgz'))).toBe(true)
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
  })

  it('repairs a tree that lost an image or has a cut one, and says which', async () => {
    await get()
    await rm(join(root, 'jpg', 'image_00004.jpg'))
    const path = join(root, 'jpg', 'image_00002.jpg')
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, 200))
    expect(await verifyDataset('flowers102', root)).toMatchObject({
      whole: false,
      listed: 6,
      missing: ['jpg/image_00004.jpg'],
      damaged: [{ path: 'jpg/image_00002.jpg', reason: 'cut off: no end of the JPEG' }],
    })
    await get()
    expect(whole.equals(await readFile(path))).toBe(true)
    expect(await verifyDataset('flowers102', root, { deep: true })).toMatchObject({ missing: [], damaged: [] })
  })

  it('keeps the files of a damaged tree that are not of the set, and sweeps what crashes left', async () => {
    await get()
    await rm(join(root, 'jpg', 'image_00004.jpg'))
    await mkdir(join(root, 'mine'))
    await writeFile(join(root, 'mine', 'thesis.txt'), 'mine')
    await writeFile(join(root, 'jpg', 'notes.txt'), 'mine too')
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    await mkdir(`${root}.${host}-${pid}-00000000.old`)
    await get()
    expect(await readFile(join(root, 'mine', 'thesis.txt'), 'utf8')).toBe('mine')
    expect(await readFile(join(root, 'jpg', 'notes.txt'), 'utf8')).toBe('mine too')
    expect((await verifyDataset('flowers102', root)).missing).toEqual([])
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
  })

  it('that is whole is freed of what a process left that was killed when it was', async () => {
    await get()
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    await writeFile(`${root}.lock`, `${host}-${pid}-00000000`)
    await get()
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
    await writeFile(`${root}.lock`, `${host}-${pid}-00000000`)
    await mkdir(`${root}.downloads`)
    await get()
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
  })

  it('is made once by three processes that ask for it at once', async () => {
    const children = [1, 2, 3].map(() => getElsewhere())
    const ends = await Promise.all(children.map((child) => once(child, 'exit')))
    expect(ends.map(([status]) => status)).toEqual([0, 0, 0])
    expect(requests.filter((path) => path === '/flowers.tgz')).toHaveLength(1)
    expect(await readdir(join(root, '..'))).toEqual([basename(root)])
    expect(await verifyDataset('flowers102', root, { deep: true })).toMatchObject({ missing: [], damaged: [] })
  })

  it('finds by decoding what ends like a JPEG and is none inside', async () => {
    await get()
    const path = join(root, 'jpg', 'image_00003.jpg')
    const whole = await readFile(path)
    await writeFile(path, Buffer.concat([whole.subarray(0, whole.length * 0.6), Buffer.from([0xff, 0xd9])]))
    expect((await verifyDataset('flowers102', root)).damaged).toEqual([])
    expect((await verifyDataset('flowers102', root, { deep: true })).damaged).toHaveLength(1)
  })

  it('does not take an archive for whole that lacks images', async () => {
    await expect(getFrom({ ...source, images: 7 }, 'flowers102', root, {})).rejects.toThrow(DataError)
    expect(await readdir(join(root, '..'))).not.toContain(basename(root))
  })

  it('stays off the network when told to, and out of other folders', async () => {
    await expect(get({ offline: true })).rejects.toThrow(/the network is forbidden/)
    await mkdir(root)
    await writeFile(join(root, 'thesis.txt'), 'mine')
    await expect(get()).rejects.toThrow(InputError)
    expect(await readdir(root)).toEqual(['thesis.txt'])
    await expect(removeDataset('flowers102', root)).rejects.toThrow(InputError)
    await expect(getFrom(source, 'flowers102', join(root, 'thesis.txt'), {})).rejects.toThrow(DataError)
    await expect(removeDataset('flowers102', join(root, 'thesis.txt'))).rejects.toThrow(DataError)
    expect(await readdir(root)).toEqual(['thesis.txt'])
    await expect(fetchDatasetFolder('flower')).rejects.toThrow(
      /one of aircraft, cars, cub200, dogs, flowers102, nabirds, pets, demo/,
    )
  })

  it('asks the mirror that DML_CRC_MIRROR names first', async () => {
    vi.stubEnv('DML_CRC_MIRROR', `${new URL('/', source.files[0].urls[0]).href}mirror/`)
    for (const { name } of source.files) served.set(`/mirror/flowers102/${name}`, served.get(`/${name}`)!)
    await get()
    expect(requests).toEqual(source.files.map(({ name }) => `/mirror/flowers102/${name}`))
    vi.stubEnv('DML_CRC_MIRROR', '')
  })

  it('shows the terms and the size of a set before anything is fetched', async () => {
    const cub = (await listDatasets()).find(({ name }) => name === 'cub200')!
    expect(cub).toMatchObject({ state: 'absent', bytes: 1150585339, images: 11788 })
    expect(cub.licence).toMatch(/non-commercial/)
    expect(cub.citation).toMatch(/Wah/)
  })

  it('lists and removes what is there', async () => {
    const stateOf = async (name: string) => (await listDatasets()).find((one) => one.name === name)?.state
    expect(await stateOf('flowers102')).toBe('absent')
    const home = (await listDatasets()).find((one) => one.name === 'flowers102')!.root
    await mkdir(`${home}.downloads`, { recursive: true })
    expect(await stateOf('flowers102')).toBe('begun')
    await getFrom(source, 'flowers102', home, {})
    expect(await stateOf('flowers102')).toBe('present')
    await removeDataset('flowers102')
    expect(await stateOf('flowers102')).toBe('absent')
  })
})

describe('the sources', () => {
  it('name https addresses, lengths and checksums of every file', () => {
    for (const { source } of RECORDS.values()) {
      if (!('files' in source)) continue
      for (const { urls, bytes, sha256 } of source.files) {
        expect(urls.every((url) => url.startsWith('https://'))).toBe(true)
        expect(sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(bytes).toBeGreaterThan(0)
      }
    }
  })
})
