import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { buildProgram } from './command-line/program.ts'
import { Results } from './results/schema.ts'
import { assign, commandIn, expectError } from './testdata/command.ts'

const shared = fileURLToPath(new URL('../../../../shared', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dml-crc-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { run: dmlCrc, runProcess, start } = commandIn(folder)

/** Has Node write the paths of the CommonJS modules that it has loaded, as all of these libraries are, when it ends. */
function listLoaded(file: string): string {
  const script = `import { createRequire } from 'node:module'
    import { writeFileSync } from 'node:fs'
    const { cache } = createRequire('/')
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, Object.keys(cache).join('\\n')))`
  return `--import data:text/javascript,${encodeURIComponent(script)}`
}

describe('the command line', () => {
  it('shows its commands, and loads no library for that but its own', () => {
    const file = join(folder, 'loaded.txt')
    const { status, stdout, stderr } = runProcess(['--help'], { NODE_OPTIONS: listLoaded(file) })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const names = [...stdout.matchAll(/^ {2}([a-z]+) .*\S$/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help')
    expect(names).toContain('run')
    const loaded = readFileSync(file, 'utf8')
    expect(loaded).toContain('commander')
    expect(loaded).not.toMatch(/tensorflow|undici|node-gyp|sharp|jpeg-turbo|onnxruntime/)
  })

  it.each(buildProgram().commands.map((command) => command.name()))('has examples in the help of %s', async (name) => {
    const { status, stdout, stderr } = await dmlCrc(name, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [, examples] = stdout.split('Examples:\n')
    expect(examples).toMatch(new RegExp(`^ {2}\\$ .*dml-crc ${name}`))
    expect(stdout).not.toContain('\u001b')
  })

  it.each(['bash', 'zsh', 'fish'])('completes commands, options and experiments in %s', async (shell) => {
    const { status, stdout } = await dmlCrc('completion', shell)
    expect(status).toBe(0)
    for (const word of ['classify', '--query-labels', 'flowers102', '--dry-run']) expect(stdout).toContain(word)
  })

  it('ends without a word where nobody reads on, as before `| head`', async () => {
    for (const words of [['--help'], ['methods']]) {
      const child = start(...words)
      child.stdout.destroy()
      let said = ''
      child.stderr.on('data', (piece) => {
        said += piece
      })
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect({ status, said }).toEqual({ status: 0, said: '' })
    }
  })

  it('completes words as bash itself would be asked to', async () => {
    const { stdout: script } = await dmlCrc('completion', 'bash')
    const complete = (...words: string[]) => {
      const asked = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`
      const { stdout } = spawnSync('bash', ['-c', `${script}\n${asked}\n_dml_crc\nprintf '%s\\n' "\${COMPREPLY[@]}"`], {
        encoding: 'utf8',
      })
      return stdout.trim().split('\n')
    }
    expect(complete('dml-crc', 'cl')).toEqual(['classify'])
    expect(complete('dml-crc', 'run', 'flo')).toContain('flowers102')
    expect(complete('dml-crc', 'classify', '--pred')).toEqual(['--predictions'])
  })

  it('names the nearest shell for an unknown one', async () => {
    expectError(await dmlCrc('completion', 'bsh'), /Did you mean bash\?/)
  })

  it('says what a run would do, its size and its time, and does nothing', async () => {
    const out = join(folder, 'dry')
    const { totalSeconds, images, training } = JSON.parse(
      (await dmlCrc('run', 'demo', '--dry-run', '--json', '--out', out)).stdout,
    )
    expect(images).toEqual({ fit: 400, test: 400 })
    expect(totalSeconds).toBeGreaterThan(0)
    expect(training[0]).toMatchObject({ method: 'DML-CRC', epochs: 2 })
    expect((await dmlCrc('run', 'demo', '--dry-run')).stdout).toMatch(/in all +about .*\n.*Nothing was done/)
    const mirrored = await dmlCrc('run', 'demo', '--dry-run', '--backbone', 'mobilenet_v1', '--set', 'mirror=true')
    expect(mirrored.stdout).toMatch(
      /weights ra4_e3600_r224_in1k \(to be downloaded\); features of 2 views of each image about/,
    )
    expectError(
      await dmlCrc('run', 'demo', '--dry-run', '--backbone', 'mobilenet_v1', '--weights', 'imagenet'),
      /imagenet/,
    )
    expect(existsSync(out)).toBe(false)
  })

  it('counts the passes of all views in a dry run, and of one view with --quick', async () => {
    const views = assign('shortSide=[1.0714,1,1.2857]', 'mirror=true', 'randomViews=8')
    const plan = async (...flags: string[]) =>
      JSON.parse((await dmlCrc('run', 'demo', '--dry-run', '--json', ...views, ...flags)).stdout)
    const { views: counted, passes, images } = await plan()
    expect(images).toEqual({ fit: 400, test: 400 })
    expect(counted).toEqual({ fixed: 6, random: 8 })
    expect(passes).toBe(400 * (6 + 8) + 400 * 6)
    expect(await plan('--quick')).toMatchObject({ views: { fixed: 1, random: 0 }, passes: 800 })
    const text = (await dmlCrc('run', 'demo', '--dry-run', ...views)).stdout
    expect(text).toMatch(/features of 6 views of each image and 8 random views of each image to fit about/)
    expectError(await dmlCrc('run', 'heads', '--features', folder, '--quick'), /--quick/, /one row for each image/)
  })

  it('refuses views that there are not', async () => {
    expectError(await dmlCrc('run', 'demo', '--dry-run', ...assign('shortSide=[1,0.5]')), /`shortSide.1`/)
    expectError(await dmlCrc('run', 'demo', '--dry-run', ...assign('shortSide=[]')), /`shortSide`/)
    expectError(await dmlCrc('run', 'demo', '--dry-run', ...assign('randomScale=[0.5,0.3]')), /the smaller share first/)
    expectError(await dmlCrc('run', 'demo', '--dry-run', ...assign('randomViews=-1')), /`randomViews`/)
  })

  it('names the nearest option for an unknown one', async () => {
    expectError(await dmlCrc('run', 'demo', '--backbon', 'vgg19'), /«--backbon»/, /Did you mean --backbone\?/)
  })

  it('names the nearest command for an unknown one', async () => {
    expectError(await dmlCrc('rum'), /«rum»/, /Did you mean run\?/)
  })

  it('shows the stack with --verbose', async () => {
    expect((await dmlCrc('rum', '--verbose')).stderr).toMatch(/^ +at /m)
  })

  it('tells that a folder of images is not there', async () => {
    expectError(await dmlCrc('run', 'flowers102', '--data', join(folder, 'none'), '--test', 'val'), /none/)
  })
})

describe.skipIf(!existsSync(shared))('runs on real images (needs ../shared)', () => {
  const real = join(shared, 'data', 'flowers102')
  const flags = ['--backbone', 'mobilenet_v1', '--weights', join(shared, 'weights', 'mobilenet_v1_1.0_224.safetensors')]

  it('tells a split whose images are not there, before any work', async () => {
    expectError(
      await dmlCrc('run', 'flowers102', '--data', real, ...flags, '--test', 'test'),
      /6149/,
      /--fit train --test val/,
    )
  })

  it('tells a file of weights that is not there', async () => {
    const args = [
      '--data',
      real,
      '--backbone',
      'mobilenet_v1',
      '--weights',
      join(folder, 'no.safetensors'),
      '--test',
      'val',
    ]
    expectError(await dmlCrc('run', 'flowers102', ...args, '--out', join(folder, 'weights')), /no\.safetensors/)
  })

  it('names a JPEG that is cut short', async () => {
    const copy = join(folder, 'cut')
    mkdirSync(join(copy, 'jpg'), { recursive: true })
    for (const file of ['imagelabels.mat', 'setid.mat']) cpSync(join(real, file), join(copy, file))
    const names = readdirSync(join(real, 'jpg'))
    for (const name of names) symlinkSync(join(real, 'jpg', name), join(copy, 'jpg', name))
    // The first image of the train split.
    const cut = join(copy, 'jpg', 'image_06765.jpg')
    rmSync(cut)
    cpSync(join(real, 'jpg', 'image_06765.jpg'), cut)
    truncateSync(cut, 5000)
    expectError(
      await dmlCrc('run', 'flowers102', '--data', copy, ...flags, '--test', 'val', '--out', join(folder, 'out')),
      /image_06765\.jpg/,
    )
  })
})

describe('a run', () => {
  const out = join(folder, 'tiny')
  const small = assign(
    'dataset.perClass={"train":4,"val":1,"test":2}',
    'backbones.0.inputSize=32',
    'backbones.0.pretrain.epochs=1',
    'methods=[{"method":"crc","options":{"lambda":0.3}},{"method":"dmlCrc","options":{"shrinkage":2,"between":0.25,"gamma":1.5}}]',
    'sweeps=[{"method":"crc","option":"lambda","values":[0.1,1],"folds":2}]',
    'endToEnd.0.train.epochs=1',
    'endToEnd.0.options={"rank":16,"steps":2}',
  )

  it('writes results and a report, and prints the table on standard output', async () => {
    const { status, stdout, stderr } = await dmlCrc('run', 'demo', ...small, '--engine', 'wasm', '--out', out)
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    const results = Results.parse(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')))
    expect(results.rows.map(({ regime, method }) => `${regime} ${method}`)).toEqual([
      'end-to-end softmax',
      'frozen CRC',
      'frozen DML-CRC',
      'end-to-end DML-CRC',
    ])
    for (const { method } of results.rows) expect(stdout).toContain(method)
    const report = readFileSync(join(out, 'report.html'), 'utf8')
    for (const heading of ['Measured here', 'The learned metric', 'Explanations']) expect(report).toContain(heading)
    expect(readdirSync(out).sort()).toEqual([
      'checkpoints',
      'config.json',
      'details.json',
      'events',
      'model',
      'report.html',
      'results.json',
      'units',
    ])
  })

  it('resumed, measures nothing twice; with --json and --quiet, prints one document and nothing else', async () => {
    const before = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))
    const words = ['run', 'demo', ...small, '--engine', 'wasm', '--out', out, '--resume', '--json', '--quiet']
    const { status, stdout, stderr } = runProcess(words)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout).rows).toEqual(before.rows)
  })

  it('refuses to resume another configuration', async () => {
    expectError(
      await dmlCrc('run', 'demo', ...small, '--seed', '5', '--engine', 'wasm', '--out', out, '--resume'),
      /--out/,
    )
  })
})
