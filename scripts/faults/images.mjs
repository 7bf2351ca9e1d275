// Copies of a folder at every moment before a file operation: what a process that is killed there leaves behind.
import fs from 'node:fs'
import { join } from 'node:path'

// Taken before anything watches them; an imported name would follow the watched function.
const { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync } = fs

/** Times of files are as coarse as a tick of the system's clock: what was written just now may have changed since. */
const JUST_NOW_MS = 100

/** Every folder and file below `folder`: for each file its identity, size and time. */
function look(folder) {
  const found = new Map()
  const walk = (within) => {
    for (const entry of readdirSync(join(folder, within), { withFileTypes: true })) {
      const path = join(within, entry.name)
      if (entry.isDirectory()) {
        found.set(path, 'folder')
        walk(path)
      } else {
        const { ino, size, mtimeMs, mtime } = lstatSync(join(folder, path))
        found.set(path, { key: `${ino} ${size} ${mtimeMs}`, mtime, isNew: Date.now() - mtimeMs < JUST_NOW_MS })
      }
    }
  }
  walk('')
  return found
}

const isSame = (one, other) => readFileSync(one).equals(readFileSync(other))

/** A function that keeps an image of `folder` in `images` wherever it has changed since the last one, and gives its number. */
export function recorder(folder, images) {
  let number = 0
  /** The copy of each file of the last image, by path and by identity. */
  let copies = new Map()
  let names = ''

  function take() {
    const found = look(folder)
    const path = (name) => join(folder, name)
    const kept = (name, { key, isNew }) => {
      const copy = copies.get(`${name} ${key}`) ?? copies.get(key)
      return copy && (!isNew || isSame(copy, path(name))) ? copy : undefined
    }
    const files = [...found]
      .filter(([, what]) => what !== 'folder')
      .map(([name, what]) => [name, what, kept(name, what)])
    const all = [...found.keys()].join('\n')
    if (number > 0 && all === names && files.every(([, , copy]) => copy)) return number
    const image = join(images, String(number + 1))
    mkdirSync(image)
    for (const [name, what] of found) if (what === 'folder') mkdirSync(join(image, name))
    const next = new Map()
    for (const [name, { key, mtime }, copy] of files) {
      const to = join(image, name)
      if (copy) linkSync(copy, to)
      else {
        copyFileSync(path(name), to)
        // The keys of cached features hold the times of the images.
        utimesSync(to, mtime, mtime)
      }
      next.set(`${name} ${key}`, to).set(key, to)
    }
    copies = next
    names = all
    return ++number
  }

  return () => {
    for (let tries = 0; ; tries++) {
      try {
        return take()
      } catch (error) {
        // Other threads rename and remove meanwhile.
        if (error.code !== 'ENOENT' || tries === 20) throw error
        fs.rmSync(join(images, String(number + 1)), { recursive: true, force: true })
      }
    }
  }
}
