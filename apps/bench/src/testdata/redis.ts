import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Why no Redis server can be started here; undefined where it can. */
export function withoutRedis(): string | undefined {
  const { status } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' })
  return status === 0 ? undefined : 'there is no redis-server here: apt-get install redis-server'
}

/** A Redis server on a port of its own, which keeps what it is told in an append-only file. */
export class RedisServer {
  readonly #folder: string
  #port = 0
  #process?: ChildProcess

  /** @param folder where its files lie */
  constructor(folder: string) {
    this.#folder = folder
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    this.#port ||= await freePort()
    const where = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder]
    this.#process = spawn('redis-server', [...where, '--appendonly', 'yes', '--save', ''], { stdio: 'ignore' })
    while (spawnSync('redis-cli', ['-p', String(this.#port), 'ping'], { encoding: 'utf8' }).stdout !== 'PONG\n') {
      await sleep(20)
    }
  }

  /** Ends it at once, as a machine that goes down does. */
  async kill(): Promise<void> {
    const process = this.#process
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGKILL')
    await once(process, 'exit')
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
