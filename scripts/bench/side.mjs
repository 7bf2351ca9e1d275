// One side of a case, in a process of its own: prepares, warms up, then makes one measurement for every line that it reads.
// It answers in lines of JSON: the library when it is ready, the seconds of each measurement, at the end its peak memory.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { caseNamed } from './cases.mjs'

const request = JSON.parse(process.argv[2])
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const side = caseNamed(request.case).sides.find(({ name }) => name === request.side)

/** The largest resident set of this process alone: what Node tells includes that of the process which started it. */
function peakBytes() {
  try {
    const [, kibibytes] = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)
    return Number(kibibytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

/** A side times itself where only a part of what it does counts; it then gives an object with `seconds`. */
async function measure(run) {
  const start = performance.now()
  const own = await run()
  return { seconds: (performance.now() - start) / 1000, ...own }
}

const { library, run } = await side.prepare({ ...request, engine: side.engine ?? request.engine })
if (request.warmUps > 0) for (let i = 0; i < request.warmUps; i++) await run()
answer({ library })
let commandPeak
for await (const _ of createInterface({ input: process.stdin })) {
  const { peakBytes: ofCommand, ...measured } = await measure(run)
  if (ofCommand !== undefined) commandPeak = Math.max(commandPeak ?? 0, ofCommand)
  answer(measured)
}
answer({ peakBytes: side.command ? commandPeak : peakBytes() })
process.exit(0)
