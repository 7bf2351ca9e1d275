// Measures the sides of one case at one size: each in a process of its own, one measurement of each in turn.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const fromSource = ['--conditions=@dml-crc/source', '--import', import.meta.resolve('tsx')]
const at = (file) => fileURLToPath(new URL(file, import.meta.url))

/** The line of an error output that says what was wrong. */
function reasonIn(output) {
  const lines = output.trim().split('\n')
  return lines.findLast((line) => /^\S*Error\b/.test(line)) ?? (lines.at(-1) || 'the process ended without a word')
}

/** The process of a side, which answers each line with one. */
class SideProcess {
  #child
  #answers
  #errors = ''
  constructor(program, args, request) {
    this.#child = spawn(program, [...args, JSON.stringify(request)], { stdio: 'pipe' })
    this.#child.stderr.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-2000)
    })
    this.#child.on('error', (error) => {
      this.#errors += error.message
    })
    // A process that has ended is told of by the answer that it does not give.
    this.#child.stdin.on('error', () => {})
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }
  async answer() {
    for (;;) {
      const { value, done } = await this.#answers.next()
      if (done) throw new Error(reasonIn(this.#errors))
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }
  measure() {
    this.#child.stdin.write('\n')
    return this.answer()
  }
  end() {
    this.#child.stdin.end()
    return this.answer()
  }
  kill() {
    this.#child.kill()
  }
}

function start(side, request, { python }) {
  const program = side.python
    ? [python, [at(`peers/${side.python}`)]]
    : [process.execPath, [...fromSource, at('side.mjs')]]
  return new SideProcess(...program, { ...request, side: side.name })
}

const middle = (values) => {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** The median of every figure of the measurements; of the seconds the smallest and largest too. */
function summary(measurements) {
  const figures = Object.keys(measurements[0]).filter((key) => key !== 'seconds')
  const seconds = measurements.map((each) => each.seconds)
  return {
    seconds: { median: middle(seconds), low: Math.min(...seconds), high: Math.max(...seconds), count: seconds.length },
    ...Object.fromEntries(figures.map((key) => [key, middle(measurements.map((each) => each[key]))])),
  }
}

/**
 * A row of the results. A peer that cannot run is left out with the reason; this project's own sides must run.
 * @param {object} options what a side is told (`engine`, its `library`, `threads`, `data`, `weights`, `pictures`), `python`, `repeats`, `onNote`.
 */
export async function measureCase(one, size, options) {
  const { repeats, onNote, engine, library, threads, data, weights, pictures } = options
  const request = { case: one.name, size, engine, library, threads, data, weights, pictures, warmUps: one.warmUps ?? 1 }
  const sides = []
  const absent = []
  try {
    for (const side of one.sides) {
      const process = start(side, request, options)
      try {
        const { library } = await process.answer()
        sides.push({ side, process, library, measurements: [] })
      } catch (error) {
        process.kill()
        if (!side.python) throw new Error(`${one.name}, ${side.name}: ${error.message}`)
        absent.push({ name: side.name, reason: error.message })
        onNote(`${one.name}: without ${side.name} (${error.message})`)
      }
    }
    for (let turn = 0; turn < repeats; turn++) {
      for (const each of sides) each.measurements.push(await each.process.measure())
    }
    for (const each of sides) each.peakBytes = (await each.process.end()).peakBytes
  } finally {
    for (const { process } of sides) process.kill()
  }
  return {
    size,
    sides: sides.map(({ side, library, measurements, peakBytes }) => ({
      name: side.name,
      peer: side.peer === true || side.python !== undefined,
      library,
      ...summary(measurements),
      peakBytes,
    })),
    absent,
  }
}
