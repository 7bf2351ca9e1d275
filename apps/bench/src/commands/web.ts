import { InputError } from '@dml-crc/core'
import type { Command } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc web runs/photos --serve
  $ dml-crc web runs/photos --out site
  $ dml-crc web shared-model --images photos --out site

The site classifies, explains and learns in the browser, with no server: any host of files shows it. Photos never leave
the device. --images says where the training images are, where the run that made the model does not.`

type WebOptions = GlobalOptions & { out: string; serve?: boolean; port: string; images?: string; title?: string }

function portNumber(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value < 65_536) return value
  throw new InputError('--port', {
    expected: 'a number below 65536',
    received: `«${text}»`,
    remedy: 'Give --port 8080.',
  })
}

export function addWeb(program: Command): void {
  program
    .command('web')
    .description('write a page that classifies, explains and learns new classes in the browser')
    .argument('<model>', 'folder that `dml-crc run`, `train` or `export` wrote')
    .option('--out <dir>', 'folder of the site', 'site')
    .option('--serve', 'show it at once, until it is stopped')
    .option('--port <n>', 'port of --serve; 0 takes any', '8080')
    .option('--images <dir>', 'folder of the training images, for the small pictures of the explanations')
    .option('--title <text>', 'title of the page (default: the name of the run)')
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WebOptions>()
      const port = portNumber(options.port)
      const terminal = openTerminal(options)
      const { writeSite } = await import('../web/write-site.ts')
      const { bytes } = await writeSite(model, options.out, { ...options, onProgress: terminal.onProgress })
      terminal.note(`The site has ${(bytes / 1e6).toFixed(1)} MB.`)
      terminal.printJson({ folder: options.out, bytes })
      terminal.print(options.out)
      if (options.serve) {
        const { serveFolder } = await import('../web/serve.ts')
        const server = await serveFolder(options.out, port)
        terminal.note(`${server.address} shows it; Ctrl+C ends it.`)
      }
    })
}
