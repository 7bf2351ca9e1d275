// Prints the engine that `loadEngine` gives, or the one that is named: its name, library and threads as JSON.
import { load } from './sides.mjs'

const { name, library, threads } = await load(process.argv[2])
console.log(JSON.stringify({ name, library, threads }))
process.exit(0)
