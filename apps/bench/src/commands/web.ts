import { InputError } from '@dml-crc/core/errors'
import type { Precision } from '@dml-crc/trainer'
import { type Command, Option } from 'commander'
import { positiveNumber } from '../command-line/experiment-options.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc web runs/photos --serve
  $ dml-crc web runs/photos --out site
  $ dml-crc web shared-model --images photos --out site
  $ dml-crc web runs/photos --precision float16

The site classifies, explains and learns in the browser, with no server: any host of files shows it. Photos never leave
the device. --images says where the training images are, where the run that made the model does not. With --precision the
network has half the bytes (float16), or a quarter (uint8); the command says how many held-out images it then names correctly.`

type WebOptions = GlobalOptions & {
  out: string
  serve?: boolean
  port: string
  images?: string
  title?: string
  examples?: number
  precision: Precision
}

const PRECISIONS: readonly Precision[] = ['float32', 'float16', 'uint8']

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

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
    .option('--examples <n>', 'images that the run tested on, for visitors to try', (text) =>
      positiveNumber('--examples', text),
    )
    .addOption(
      new Option('--precision <name>', "numbers of the network's weights").choices(PRECISIONS).default('float32'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WebOptions>()
      const port = portNumber(options.port)
      const terminal = openTerminal(options)
      const { writeSite } = await import('../web/write-site.ts')
      const { bytes, examples, cost } = await writeSite(model, options.out, {
        ...options,
        onProgress: terminal.onProgress,
      })
      terminal.note(`The site has ${(bytes / 1e6).toFixed(1)} MB.`)
      if (cost) {
        const { images, float32, stored } = cost
        terminal.note(
          `${options.precision} weights name ${percent(stored)} of ${images} held-out images correctly, float32 ${percent(float32)}.`,
        )
      } else if (options.precision !== 'float32') {
        terminal.note(`What ${options.precision} weights cost is not known: no held-out images of the model are here.`)
      }
      if (options.examples !== undefined && examples < options.examples) {
        terminal.note(
          `The site has ${examples} examples: the run tested on no more images of its own split that are here.`,
        )
      }
      terminal.printJson({ folder: options.out, bytes, precision: options.precision, ...(cost && { cost }) })
      terminal.print(options.out)
      if (options.serve) {
        const { serveFolder } = await import('../web/serve.ts')
        const server = await serveFolder(options.out, port)
        terminal.note(`${server.address} shows it; Ctrl+C ends it.`)
      }
    })
}
