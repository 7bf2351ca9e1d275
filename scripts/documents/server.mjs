import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** Serves a folder as a mirror of the data sets and as the Hugging Face hub, which tells checksums before it sends. */
export async function serve(folder) {
  const asked = []
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://localhost').pathname)
    asked.push(`${request.method} ${request.url}`)
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end()
    const { size } = statSync(path)
    if (request.method === 'HEAD') {
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
      return response.writeHead(200, { 'x-linked-etag': `"${sha256}"`, 'x-linked-size': size }).end()
    }
    response.writeHead(200, { 'content-length': size })
    return createReadStream(path).pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() }
}
