// Attacks what must not lose, mix or hide anything: npm run faults -- [--short] [--seed N] [--only PART[:NAME]] [--kills N].
// Parts: mutate (formats), downloads, processes, kill (scenarios). --kills N kills at N operations of each scenario, one drawn by
// the seed out of each Nth of the whole, instead of at every one. The short form is what continuous integration has time for.
// Every result is written as soon as there is one.
import { parseArgs } from 'node:util'
import { closeConnections } from './downloads.mjs'
import { killEverywhere } from './kill.mjs'
import { mutateEverything } from './mutate.mjs'
import { runTogether } from './processes.mjs'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20261125' },
    only: { type: 'string' },
    kills: { type: 'string' },
  },
})
const { short } = values
const seed = Number(values.seed)
const [part, name] = values.only?.split(':') ?? []
const kills = values.kills ? Number(values.kills) : short ? 2 : undefined

const PARTS = {
  mutate: () => mutateEverything({ seed, only: name, ...(short ? { cases: 20, together: 10 } : { cases: 2000 }) }),
  downloads: () => closeConnections({ tries: short ? 1 : 200 }),
  processes: () => runTogether({ rounds: short ? 1 : 4, only: name ?? (short ? 'three draw one set' : undefined) }),
  kill: () => killEverywhere({ kills, seed, only: name ?? (short ? 'export' : undefined) }),
}

let failures = 0
for (const [each, attack] of Object.entries(PARTS)) {
  if (part !== undefined && part !== each) continue
  const begin = performance.now()
  const { tries, failures: found } = await attack()
  console.log(`${each}: ${tries} tries, ${found.length} failures, ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  failures += found.length
}
process.exitCode = failures > 0 ? 1 : 0
