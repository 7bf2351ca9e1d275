// The pictures of the cases that read files: the first JPEG files of the folder that --data names, else drawn flowers.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Drawn once for each machine, into the folder of downloads. */
async function drawn() {
  const { demoFolder, drawDemo } = await import('../../packages/datasets/src/index.ts')
  const options = { perClass: { train: 4, val: 1, test: 1 }, size: 500 }
  await drawDemo(demoFolder(options), options)
  return demoFolder(options)
}

/** `count` paths; where there are fewer files, they come again from the first one on. */
export async function picturePaths(count, data) {
  const folder = data ?? (await drawn())
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
  if (files.length === 0) throw new Error(`${folder} has no .jpg file: name another folder with --data`)
  return Array.from({ length: count }, (_, i) => join(folder, files[i % files.length]))
}

/** Records of a loader over these paths. */
export const recordsOf = (paths) => paths.map((path, i) => ({ id: `${i}`, path, label: 0 }))
