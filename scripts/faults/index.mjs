// Attacks what must not lose, mix or hide anything: npm run faults -- [--short] [--seed N] [--only PART[:NAME]] [--kills N].
// Parts: mutate (formats), downloads, processes, kill (scenarios). --kills N kills at N operations of each scenario, spread over
// the whole and shifted by the seed, instead of at every one. The short form is what continuous integration has time for.
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
  mutate: () => mutateEverything({ cases: short ? 50 : 2000, seed, only: name }),
  downloads: () => closeConnections({ tries: short ? 5 : 200 }),
  processes: () => runTogether({ rounds: short ? 1 : 4, only: name ?? (short ? 'three draw one set' : undefined) }),
  kill: () => killEverywhere({ kills, seed, only: name ?? (short ? 'export' : undefined) }),
}

const failures = []
for (const [each, attack] of Object.entries(PARTS)) {
  if (part !== undefined && part !== each) continue
  const { tries, failures: found } = await attack()
  console.log(`${each}: ${tries} tries, ${found.length} failures`)
  failures.push(...found)
}
for (const failure of failures) console.error(failure)
process.exitCode = failures.length > 0 ? 1 : 0
