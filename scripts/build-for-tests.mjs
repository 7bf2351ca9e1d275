// Builds the packages before the tests: those that start processes start what is built.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export default function build() {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { status } = spawnSync('npx', ['tsc', '-b'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('The sources do not compile: the lines above say where.')
}
