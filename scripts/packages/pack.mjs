import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../run-command.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Packs every package into `folder`: the name, folder and tarball of each. */
export async function packAll(folder) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const packages = [...readdirSync(join(root, 'packages')).map((name) => join('packages', name)), join('apps', 'bench')]
  return Promise.all(
    packages.map(async (path) => {
      const packageRoot = join(root, path)
      const { name } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
      const pack = ['--yes', packageManager, 'pack', '--json', '--pack-destination', folder]
      const { stdout } = await run(`packing ${name}`, 'npx', pack, { cwd: packageRoot })
      // Before the document stands what a script of the package printed.
      const { filename } = JSON.parse(stdout.slice(stdout.indexOf('{\n')))
      return { name, packageRoot, tarball: filename }
    }),
  )
}
