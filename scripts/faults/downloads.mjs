// Servers that close the connection while the reader is behind. The tries are in a process of their own, because what is looked for
// ends the process.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
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

const script = fileURLToPath(new URL('download-often.mjs', import.meta.url))

/** How each of `tries` downloads ended; fewer where one of them ended the process, whose last words come last. */
function downloadOften(url, folder, tries) {
  return new Promise((resolve) => {
    const options = ['--conditions=@dml-crc/source', '--import', 'tsx', script, url, folder, sha256, String(tries)]
    const child = spawn(process.execPath, options, { cwd: fileURLToPath(new URL('../..', import.meta.url)) })
    let [output, errors] = ['', '']
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (errors += text))
    child.on('close', (status) => {
      const ends = output.split('\n').filter(Boolean)
      resolve(status === 0 ? ends : [...ends, `the process ended with status ${status}: ${errors.slice(0, 300)}`])
    })
  })
}

/** @returns the number of tries, and what went wrong */
export async function closeConnections({ tries }) {
  const failures = []
  const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
  for (const [name, { whole, serve }] of Object.entries(SERVERS)) {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => serve(socket))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const before = failures.length
    const url = `http://127.0.0.1:${server.address().port}/file`
    for (let done = 0; done < tries; ) {
      const ends = await downloadOften(url, folder, tries - done)
      done += Math.max(1, ends.length)
      const wrong = ends.filter((end) => end !== (whole ? 'whole' : 'DownloadError'))
      for (const end of wrong) console.log(`failure: ${name}: ${end}`)
      failures.push(...wrong)
    }
    server.close()
    console.log(`${name}: ${tries} tries, ${failures.length - before} failures`)
  }
  rmSync(folder, { recursive: true })
  return { tries: tries * Object.keys(SERVERS).length, failures }
}
