// Servers that close the connection while the reader is behind: each try is a process of its own, because what is looked for
// ends the process.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const content = Buffer.alloc(3_000_000, 'flowers')
const sha256 = createHash('sha256').update(content).digest('hex')
const head = `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n`
const cut = content.subarray(0, Math.floor(content.length * 0.7))

/** What a server does with the socket of a request, and whether the file can be whole afterwards. */
const SERVERS = {
  'HTTP/1.0 without a length': {
    whole: true,
    serve: (socket) => socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), content])),
  },
  'a whole body': { whole: true, serve: (socket) => socket.end(Buffer.concat([Buffer.from(head), content])) },
  'a cut body': { whole: false, serve: (socket) => socket.end(Buffer.concat([Buffer.from(head), cut])) },
  'a reset': {
    whole: false,
    serve: (socket) =>
      socket.write(Buffer.concat([Buffer.from(head), cut]), () => setTimeout(() => socket.resetAndDestroy(), 20)),
  },
}

const core = fileURLToPath(new URL('../../packages/core/src/index.ts', import.meta.url))
const code = `
  import { download } from ${JSON.stringify(core)}
  const [url, to] = process.argv.slice(1)
  await download({ urls: [url], to, sha256: ${JSON.stringify(sha256)}, retries: 0, onProgress: () => { for (const end = Date.now() + 2; Date.now() < end; ); } })
    .catch((error) => { process.exitCode = error.name === 'DownloadError' ? 3 : 4 })`

function tryOnce(url, to) {
  return new Promise((resolve) => {
    const args = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module', '--eval', code, url, to]
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL('../..', import.meta.url)) })
    let output = ''
    child.stderr.on('data', (text) => (output += text))
    child.on('close', (status) => resolve({ status, output }))
  })
}

/** @returns the number of tries, and what went wrong */
export async function closeConnections({ tries }) {
  const failures = []
  const fail = (failure) => {
    console.log(`failure: ${failure}`)
    failures.push(failure)
  }
  const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
  for (const [name, { whole, serve }] of Object.entries(SERVERS)) {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => serve(socket))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const before = failures.length
    for (let i = 0; i < tries; i++) {
      const to = join(folder, 'file')
      const { status, output } = await tryOnce(`http://127.0.0.1:${server.address().port}/file`, to)
      const expected = whole ? 0 : 3
      if (status !== expected)
        fail(`${name}: ended with status ${status} instead of ${expected}: ${output.slice(0, 300)}`)
      if (whole !== existsSync(to)) fail(`${name}: the file is ${whole ? 'not ' : ''}there`)
      const left = readdirSync(folder).filter((file) => file.endsWith('.lock'))
      if (left.length > 0) fail(`${name}: ${left} left over`)
      for (const file of readdirSync(folder)) rmSync(join(folder, file))
    }
    server.close()
    console.log(`${name}: ${tries} tries, ${failures.length - before} failures`)
  }
  rmSync(folder, { recursive: true })
  return { tries: tries * Object.keys(SERVERS).length, failures }
}
