// Runs commands one after another in this process, each in the folder that a message names: the start of a process takes longer
// than a small command. Messages { folder, args, environment }; answers { status, output }.
import { main } from './entry.mjs'

async function runHere({ folder, args, environment }) {
  let output = ''
  const streams = [process.stdout, process.stderr]
  const originals = streams.map((stream) => stream.write)
  for (const stream of streams) {
    stream.write = (text) => {
      output += text
      return true
    }
  }
  process.chdir(folder)
  Object.assign(process.env, environment)
  process.exitCode = undefined
  try {
    await main(args)
    return { status: Number(process.exitCode ?? 0), output }
  } finally {
    process.exitCode = undefined
    for (const [i, stream] of streams.entries()) stream.write = originals[i]
  }
}

process.on('message', async (asked) => process.send(await runHere(asked)))
