import type { Command } from 'commander'
import { askForTerms, describeSet } from '../command-line/data-terms.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc data ls                              the sets, which are downloaded, their terms
  $ dml-crc data get flowers102                  download, check and unpack, after asking for your agreement
  $ dml-crc data get flowers102 --yes            the same without asking
  $ dml-crc data verify cub200 --root CUB_200_2011 --deep
  $ dml-crc data rm flowers102`

type DataOptions = GlobalOptions & { root?: string; deep?: boolean; offline?: boolean; yes?: boolean }

export function addData(program: Command): void {
  const data = program
    .command('data')
    .description('download, check, list and remove data sets')
    .addHelpText('after', EXAMPLES)

  data
    .command('ls')
    .description('list the data sets: licence, what to cite, size, and whether they are here')
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const terminal = openTerminal(command.optsWithGlobals<DataOptions>())
      const { listDatasets } = await import('@dml-crc/datasets')
      const sets = await listDatasets()
      terminal.print(sets.map(describeSet).join('\n\n'))
      terminal.printJson(sets)
    })

  data
    .command('get')
    .description('download a data set, check it and unpack it; goes on where it was stopped')
    .argument('<name>', 'cub200, flowers102, pets or demo')
    .option('--root <dir>', 'where it goes (default: datasets/NAME in the home folder)')
    .option('--offline', 'use what is already downloaded')
    .option('-y, --yes', 'agree to the terms of the set, which `data ls` shows, without being asked')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>()
      const terminal = openTerminal(options)
      const { fetchDatasetFolder, listDatasets } = await import('@dml-crc/datasets')
      const set = (await listDatasets()).find((each) => each.name === name)
      if (set?.bytes && set.state !== 'present' && !options.yes) await askForTerms(set)
      const root = await fetchDatasetFolder(name, {
        root: options.root,
        offline: options.offline,
        onProgress: terminal.onProgress,
      })
      terminal.print(root)
      terminal.printJson({ root })
    })

  data
    .command('verify')
    .description('count and check every file that a data set lists')
    .argument('<name>', 'cub200, flowers102, pets or demo')
    .option('--root <dir>', 'where it is (default: datasets/NAME in the home folder)')
    .option('--deep', 'also decode every image')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>()
      const terminal = openTerminal(options)
      const { homeFolder } = await import('@dml-crc/core')
      const { verifyDataset } = await import('@dml-crc/datasets')
      const root = options.root ?? homeFolder('datasets', name)
      const found = await verifyDataset(name, root, { deep: options.deep, onProgress: terminal.onProgress })
      const { listed, missing, damaged, unreadable } = found
      terminal.print(
        unreadable ?? `${root}: ${listed} images listed, ${missing.length} missing, ${damaged.length} damaged`,
      )
      terminal.printJson(found)
      if (!found.whole) process.exitCode = 1
    })

  data
    .command('rm')
    .description('remove a data set that `data get` made, and what is left of a download')
    .argument('<name>', 'cub200, flowers102, pets or demo')
    .option('--root <dir>', 'where it is')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DataOptions>()
      const terminal = openTerminal(options)
      const { removeDataset } = await import('@dml-crc/datasets')
      await removeDataset(name, options.root)
      terminal.print(`${name}: removed`)
      terminal.printJson({ removed: name })
    })
}
