// SIGKILL at file operations of small runs of every command that writes, each followed by the same command again (with
// --resume where it has that): the files must be those of a run that was never killed, and nothing may be left over.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng } from '../../packages/core/src/index.ts'
import { openRunner, run } from './command.mjs'
import { BASE, SCENARIOS } from './scenarios.mjs'
import { differences, snapshot } from './snapshot.mjs'

/** One operation out of each of `most` equal parts of `count`, drawn by the seed. */
function killPoints(count, most, prng) {
  if (most >= count) return Array.from({ length: count }, (_, i) => i + 1)
  const edge = (part) => Math.floor((part * count) / most)
  return Array.from({ length: most }, (_, part) => 1 + edge(part) + prng.int(edge(part + 1) - edge(part)))
}

/**
 * Kills at `most` operations of each scenario; or, where that is left out, goes on from what a kill at every operation leaves:
 * one run keeps an image of its folder before each of them, and one process goes on from every image that differs from the one
 * before.
 * @returns the number of kills, and what went wrong
 */
export async function killEverywhere({ kills: most, seed, only }) {
  const failures = []
  let kills = 0
  const places = ['base', 'start', 'images', ''].map((name) => mkdtempSync(join(tmpdir(), `dml-crc-faults-${name}-`)))
  const [base, start, images, folder] = places
  try {
    await prepare(folder, BASE)
    // Features are to be extracted again.
    rmSync(join(folder, 'home', 'features'), { recursive: true, force: true })
    copy(folder, base)
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      if (only && only !== name) continue
      const { before, args, again, fresh } = scenario
      reset(folder, fresh ? undefined : base)
      if (before) await prepare(folder, before)
      copy(folder, start)
      reset(images)
      await prepare(folder, args, { FAULT_IMAGES: images })
      const whole = snapshot(folder)
      // The last image is that of the end.
      const numbers = JSON.parse(readFileSync(join(images, 'images.json'), 'utf8')).slice(0, -1)
      const count = numbers.length
      const fail = (at, wrong) => {
        const failure = `${name} killed at operation ${at} of ${count}: ${wrong}`
        console.log(`failure: ${failure}`)
        failures.push(failure)
      }
      const tell = (at, end) => {
        kills++
        const wrong = end.status === 0 ? differences(whole, snapshot(folder)) : [`fails to go on: ${end.output}`]
        if (wrong.length > 0) fail(at, wrong.join(', '))
      }
      const before_ = failures.length
      if (most === undefined) await fromImages({ folder, images, numbers, words: [...args, ...again] }, tell)
      else {
        for (const at of killPoints(count, most, Prng.fromSeed(seed).split(name))) {
          reset(folder, start)
          const killed = await run(folder, args, { FAULT_AT: String(at) })
          if (killed.signal === 'SIGKILL') tell(at, await run(folder, [...args, ...again]))
          else fail(at, `it was not killed: ${killed.output}`)
        }
      }
      const tried = most === undefined ? `every one of ${count}` : `${Math.min(most, count)} of ${count}`
      console.log(`${name}: killed at ${tried} file operations, ${failures.length - before_} failures`)
    }
  } finally {
    for (const path of places) rmSync(path, { recursive: true, force: true })
  }
  return { tries: kills, failures }
}

/** Runs the words once on each image, and tells the first operation that it stands for and how the words ended. */
async function fromImages({ folder, images, numbers, words }, tell) {
  let runner = openRunner()
  try {
    for (const [i, number] of numbers.entries()) {
      // An operation that changed nothing, such as forcing to the disk, leaves what the one before left.
      if (number === numbers[i - 1]) continue
      if (number % 50 === 0) {
        console.log(`at operation ${i + 1} of ${numbers.length}`)
        runner.close()
        runner = openRunner()
      }
      reset(folder, join(images, String(number)))
      tell(i + 1, await runner.run(folder, words))
    }
  } finally {
    runner.close()
  }
}

/** Runs words that must succeed. */
async function prepare(folder, words, environment) {
  const end = await run(folder, words, environment)
  if (end.status !== 0) throw new Error(`${words.join(' ')} failed with status ${end.status}\n${end.output}`)
}

const copy = (from, to) => reset(to, from)

/** Makes a folder what another one is; empty where that is left out. */
function reset(folder, from) {
  rmSync(folder, { recursive: true, force: true })
  if (from) cpSync(from, folder, { recursive: true, preserveTimestamps: true })
  else mkdirSync(folder)
}
