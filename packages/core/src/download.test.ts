import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { download } from './download.ts'
import { DownloadError, InputError } from './errors.ts'
import type { ProgressEvent } from './progress.ts'

const content = randomBytes(200_000)
const sha256 = createHash('sha256').update(content).digest('hex')

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

let folder: string
let to: string
const servers: Server[] = []

/** A server on this machine; `nth` counts its requests from 1. */
async function serve(handler: Handler): Promise<{ url: string; requests: IncomingMessage[]; server: Server }> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => handler(request, response, requests.push(request)))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, requests, server }
}

/** Answers with the whole, or with the asked range. */
const honest: Handler = (request, response) => {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const headers = start ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}
  response.writeHead(start ? 206 : 200, { ...headers, 'content-length': content.length - start, etag: '"v1"' })
  response.end(content.subarray(start))
}

/** Announces the whole, sends `length` bytes and breaks the connection. */
const cutAfter = (length: number, response: ServerResponse) => {
  response.writeHead(200, { 'content-length': content.length, etag: '"v1"' })
  // The other side must have read it all before it hears of the end.
  response.write(content.subarray(0, length), () => setTimeout(() => response.socket?.end(), 400))
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'))
  to = join(folder, 'deep', 'file.bin')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true })
})

const expectWhole = async () => {
  expect(content.equals(await readFile(to))).toBe(true)
  expect(await readdir(join(folder, 'deep'))).toEqual(['file.bin'])
}

describe('download', () => {
  it('fetches, verifies, reports progress, and does not fetch again what is there', async () => {
    const { url, requests } = await serve(honest)
    const events: ProgressEvent[] = []
    const options = { urls: [url], to, sha256, bytes: content.length }
    await download({ ...options, onProgress: (event) => events.push(event) })
    await download(options)
    await expectWhole()
    expect(requests).toHaveLength(1)
    expect([events[0].kind, events[1].kind, events.at(-1)?.kind]).toEqual(['start', 'advance', 'end'])
  })

  it.each([{ sha256 }, {}])('goes on where the server cut it: %o', async (checks) => {
    const { url, requests } = await serve((request, response, nth) =>
      nth === 1 ? cutAfter(120_000, response) : honest(request, response, nth),
    )
    await download({ urls: [url], to, ...checks })
    await expectWhole()
    expect(requests[1].headers.range).toMatch(/^bytes=[1-9]\d*-$/)
    expect(requests[1].headers['if-range']).toBe('"v1"')
  })

  it('goes on in a later process, and from another mirror, where there is a checksum', async () => {
    const broken = await serve((_, response) => cutAfter(50_000, response))
    const mirror = await serve(honest)
    await expect(download({ urls: [broken.url], to, sha256, retries: 0 })).rejects.toThrow(DownloadError)
    await download({ urls: [mirror.url], to, sha256 })
    await expectWhole()
    expect(mirror.requests[0].headers.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  it('starts anew where the part at hand belongs to something else', async () => {
    const { url, requests } = await serve(honest)
    await expect(download({ urls: ['http://127.0.0.1:9/'], to, sha256, retries: 0 })).rejects.toThrow()
    await writeFile(`${to}.part`, 'of another file')
    await download({ urls: [url], to, sha256 })
    await expectWhole()
    expect(requests).toHaveLength(2)
  })

  it('starts anew where the server does not serve ranges', async () => {
    const { url } = await serve((_, response, nth) =>
      nth === 1 ? cutAfter(70_000, response) : response.writeHead(200).end(content),
    )
    await download({ urls: [url], to, sha256 })
    await expectWhole()
  })

  it('starts anew on 416, and takes a part that is already whole', async () => {
    const { url } = await serve((request, response, nth) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      if (start < content.length) return honest(request, response, nth)
      return response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    })
    for (const part of [content, Buffer.concat([content, content])]) {
      await expect(download({ urls: ['http://127.0.0.1:9/'], to, sha256, retries: 0 })).rejects.toThrow()
      await writeFile(`${to}.part`, part)
      await download({ urls: [url], to, sha256 })
      await expectWhole()
      await rm(to)
    }
  })

  it('tries again after 500 and 429, and goes to the next mirror at once after 404', async () => {
    const busy = await serve((request, response, nth) =>
      nth <= 2 ? response.writeHead(nth === 1 ? 500 : 429).end() : honest(request, response, nth),
    )
    await download({ urls: [busy.url], to, sha256 })
    await expectWhole()
    await rm(to)
    const gone = await serve((_, response) => response.writeHead(404).end('nothing here'))
    await download({ urls: [gone.url, busy.url], to, sha256 })
    await expectWhole()
    expect(gone.requests).toHaveLength(1)
  })

  it('gives up on a server that stalls', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 1000))
    })
    await expect(download({ urls: [url], to, sha256, retries: 0, timeoutMs: 300 })).rejects.toThrow(
      /[Tt]imeout|slower than/,
    )
  })

  it('gives up after its retries and says what every address did', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(503).end())
    const gone = await serve((_, response) => response.writeHead(404).end())
    const failed = download({ urls: [url, gone.url.replace('//', '//name:secret@')], to, retries: 1 })
    await expect(failed).rejects.toThrow(/HTTP status 503 from .*; HTTP status 404 from /)
    await expect(failed).rejects.not.toThrow(/secret/)
    expect(requests).toHaveLength(2)
  })

  it('refuses a file of the wrong length or checksum, and leaves nothing at the path', async () => {
    const { url } = await serve((_, response) => response.writeHead(200).end(content))
    const mirror = await serve((_, response) => response.writeHead(200).end('an error page'))
    await expect(download({ urls: [url], to, bytes: content.length - 1, retries: 0 })).rejects.toThrow(
      /bytes instead of/,
    )
    await expect(download({ urls: [url], to, bytes: content.length + 1, retries: 0 })).rejects.toThrow(/ended after/)
    await expect(download({ urls: [mirror.url], to, sha256, retries: 0 })).rejects.toThrow(/sha256 .* instead of/)
    expect(await readdir(join(folder, 'deep'))).not.toContain('file.bin')
  })

  it('follows redirects, but not for ever', async () => {
    const target = await serve(honest)
    const { url } = await serve((_, response) => response.writeHead(302, { location: target.url }).end())
    await download({ urls: [url], to, sha256 })
    await expectWhole()
    await rm(to)
    const loop = await serve((_, response) => response.writeHead(302, { location: '/file' }).end())
    await expect(download({ urls: [loop.url], to, retries: 0 })).rejects.toThrow(DownloadError)
  })

  it('stops at the signal', async () => {
    const { url } = await serve((_, response) => response.writeHead(200).write('a'))
    const abort = new AbortController()
    setTimeout(() => abort.abort(new Error('enough')), 100)
    await expect(download({ urls: [url], to, signal: abort.signal })).rejects.toThrow('enough')
  })

  it('stays off the network when told to', async () => {
    const { url, requests } = await serve(honest)
    vi.stubEnv('DML_CRC_OFFLINE', '1')
    await expect(download({ urls: [url], to })).rejects.toThrow(/the network is forbidden/)
    expect(requests).toHaveLength(0)
    await download({ urls: [url], to, offline: false })
    await download({ urls: [url], to })
    await expectWhole()
  })

  it('goes through the proxy that the environment names', async () => {
    const target = await serve(honest)
    const proxy = await serve((_, response) => response.writeHead(400).end())
    let tunnels = 0
    proxy.server.on('connect', (request, socket) => {
      tunnels++
      const [host, port] = String(request.url).split(':')
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    vi.stubEnv('http_proxy', new URL(proxy.url).origin)
    vi.stubEnv('no_proxy', '')
    await download({ urls: [target.url], to, sha256 })
    await expectWhole()
    expect(tunnels).toBe(1)
  })

  it('fetches once for several callers', async () => {
    const { url, requests } = await serve(honest)
    await Promise.all(Array.from({ length: 4 }, () => download({ urls: [url], to, sha256 })))
    await expectWhole()
    expect(requests).toHaveLength(1)
  })

  it('takes over from a process that died', async () => {
    const { url } = await serve(honest)
    await expect(download({ urls: ['http://127.0.0.1:9/'], to, retries: 0 })).rejects.toThrow()
    await writeFile(`${to}.lock`, '')
    await utimes(`${to}.lock`, new Date(0), new Date(0))
    await download({ urls: [url], to, sha256 })
    await expectWhole()
  })

  it('removes the lock of a process that was killed when it had the file', async () => {
    const { url } = await serve(honest)
    await download({ urls: [url], to, sha256 })
    await writeFile(`${to}.lock`, '00000000-1-00000000')
    await utimes(`${to}.lock`, 0, 0)
    await download({ urls: [url], to, sha256 })
    await expectWhole()
  })

  it('gives up on a server that creeps', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      const timer = setInterval(() => response.write('a'), 20)
      response.on('close', () => clearInterval(timer))
    })
    await expect(download({ urls: [url], to, retries: 0, timeoutMs: 300 })).rejects.toThrow(/slower than 1024 bytes/)
  })

  it.each<[string, string, boolean]>([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\n', false],
    ['a whole body', `HTTP/1.1 200 OK\r\nContent-Length: ${20 * content.length}\r\nConnection: close\r\n\r\n`, false],
    ['a cut body', `HTTP/1.1 200 OK\r\nContent-Length: ${20 * content.length}\r\nConnection: close\r\n\r\n`, true],
  ])('survives connections that close while it is behind: %s', async (_, head, isCut) => {
    const large = Buffer.concat(Array(20).fill(content))
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(head)
        socket.end(isCut ? large.subarray(0, large.length - 1000) : large)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
    const whole = createHash('sha256').update(large).digest('hex')
    try {
      for (let i = 0; i < 10; i++) {
        const running = download({ urls: [url], to, sha256: whole, retries: 0 })
        if (isCut) await expect(running).rejects.toThrow(DownloadError)
        else await running
        await rm(join(folder, 'deep'), { recursive: true })
      }
    } finally {
      server.close()
    }
  })

  const range = (from: number) => ({ 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
  it.each<[string, Handler]>([
    ['answers with all from the first byte', (_, response) => response.writeHead(206, range(0)).end(content)],
    ['does not say which part it sends', (_, response) => response.writeHead(206).end(content)],
    [
      'sends another part than was asked for',
      (request, response) =>
        request.headers.range
          ? response.writeHead(206, range(7)).end(content.subarray(7))
          : response.writeHead(200).end(content),
    ],
  ])('starts from the first byte where the server %s', async (_, handler) => {
    const { url } = await serve((request, response, nth) =>
      nth === 1 ? cutAfter(70_000, response) : handler(request, response, nth),
    )
    await download({ urls: [url], to, sha256 })
    await expectWhole()
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['coded content', { 'content-encoding': 'gzip', 'content-length': '5' }, /content coded as gzip, and no checksum/],
    ['an end that may be a cut', { connection: 'close' }, /no length, and no checksum/],
  ])('without a checksum refuses %s', async (_, headers, message) => {
    const { url } = await serve((_, response) => {
      response.useChunkedEncodingByDefault = false
      response.writeHead(200, headers).end('bytes')
    })
    await expect(download({ urls: [url], to, retries: 0 })).rejects.toThrow(message)
  })

  it('without a checksum does not join parts of two versions', async () => {
    const { url, requests } = await serve((request, response, nth) => {
      if (nth === 1) return cutAfter(70_000, response)
      if (!request.headers.range) return honest(request, response, nth)
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range)?.[1])
      return response.writeHead(206, { ...range(start), etag: '"v2"' }).end(content.subarray(start))
    })
    await download({ urls: [url], to })
    await expectWhole()
    expect(requests).toHaveLength(3)
  })

  it('refuses addresses that are not HTTP', async () => {
    await expect(download({ urls: [], to })).rejects.toThrow(InputError)
    await expect(download({ urls: ['ftp://host/file'], to })).rejects.toThrow(InputError)
  })
})
