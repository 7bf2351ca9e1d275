// A preload (node --import): counts the file operations of this process that change the disk, and kills it with SIGKILL right
// before the one that FAULT_AT names. Where FAULT_IMAGES names a folder, it keeps there what the working folder is before each of
// them, and at the end `images.json`: the number of the image of each operation.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { recorder } from './images.mjs'

const { FAULT_AT, FAULT_IMAGES: images } = process.env
const at = Number(FAULT_AT ?? 0)
const write = fs.writeFileSync
const record = images && isMainThread ? recorder(process.cwd(), images) : undefined
const numbers = []
let count = 0

function tick() {
  if (++count === at) process.kill(process.pid, 'SIGKILL')
  if (record) numbers.push(record())
}

/** Puts a tick before every call of the named methods that `changes` the disk. */
function watch(object, names, changes = () => true) {
  for (const name of names) {
    const original = object[name]
    object[name] = function (...args) {
      if (changes(...args)) tick()
      return original.apply(this, args)
    }
  }
}

if (isMainThread && (at > 0 || record)) {
  const file = await fs.promises.open(new URL(import.meta.url))
  watch(Object.getPrototypeOf(file), ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'truncate'])
  await file.close()
  const names = ['rename', 'rm', 'unlink', 'mkdir', 'writeFile', 'appendFile', 'link', 'copyFile']
  const opensToWrite = (_, flags) => /[wax+]/.test(String(flags ?? 'r'))
  watch(fs.promises, names)
  watch(fs.promises, ['open'], opensToWrite)
  watch(fs, [...names, 'write', 'writev'])
  watch(fs, ['open', 'openSync'], opensToWrite)
  watch(
    fs,
    ['renameSync', 'rmSync', 'unlinkSync', 'mkdirSync', 'writeFileSync', 'writeSync', 'fsyncSync'],
    (file) => file !== 1 && file !== 2,
  )
  syncBuiltinESMExports()
  process.on('exit', () => record && write(join(images, 'images.json'), JSON.stringify([...numbers, record()])))
}
