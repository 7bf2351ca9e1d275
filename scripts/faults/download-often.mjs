// Downloads one file again and again while this process is too busy to read: node download-often.mjs URL FOLDER SHA256 TRIES. Each
// line of its output is how one try ended: `whole`, the name of an error, or what was left over.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { download } from '../../packages/core/src/index.ts'

const [url, folder, sha256, tries] = process.argv.slice(2)
const busy = () => {
  for (const end = performance.now() + 3; performance.now() < end; );
}
const timer = setInterval(busy, 1)
for (let i = 0; i < Number(tries); i++) {
  const end = await download({ urls: [url], to: join(folder, 'file'), sha256, retries: 0 }).then(
    () => 'whole',
    (error) => error.name,
  )
  const left = readdirSync(folder).join(' ')
  // What has come of a file with a checksum is kept for the next try.
  const isRight = left === (end === 'whole' ? 'file' : 'file.part')
  console.log(isRight ? end : `${end}, and left over: ${left}`)
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
}
clearInterval(timer)
