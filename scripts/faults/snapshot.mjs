import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Everything measured in time or memory, and when. */
const TIMES = new Set(['startedAt', 'finishedAt', 'seconds', 'peakRssMb', 'command'])

function withoutTimes(text) {
  try {
    return JSON.stringify(JSON.parse(text), (key, value) => (TIMES.has(key) ? undefined : value))
  } catch {
    // A checkpoint has its digest in a line behind the JSON.
    return text
  }
}

/** Every file below a folder with a digest of what is in it, times left out. */
export function snapshot(folder) {
  const files = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isDirectory()) continue
    const bytes = readFileSync(path)
    // The report holds times of its own.
    const isTimed = /report\.html$/.test(path)
    const content = isTimed ? '' : path.endsWith('.json') ? withoutTimes(bytes.toString()) : bytes
    const digest = createHash('sha256').update(content).digest('hex')
    // The name of cached features holds the times of images, which differ where these were drawn anew.
    const name = relative(folder, path).replace(/(home.features.)[0-9a-f]+(?=\.safetensors$)/, `$1${digest}`)
    files[name] = digest
  }
  return files
}

/** What is missing, differs or is left over, in words. */
export function differences(expected, found) {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  return names
    .filter((name) => expected[name] !== found[name])
    .map((name) => {
      if (!(name in found)) return `${name} is missing`
      return name in expected ? `${name} differs` : `${name} is left over`
    })
}
