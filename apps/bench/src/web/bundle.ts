import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

/** Bundles the page of @dml-crc/browser into a site: `index.html`, and `assets/` with its scripts, style and wasm files. */
export async function bundlePage(site: string): Promise<void> {
  const assets = join(site, 'assets')
  const root = dirname(createRequire(import.meta.url).resolve('@dml-crc/browser/package.json'))
  // In a checkout the packages are bundled from their sources, as they run there.
  const fromSource = import.meta.url.endsWith('.ts')
  const entry = join(root, fromSource ? 'src/page/main.ts' : 'dist/page/main.js')
  const { outputFiles } = await build({
    // Written below: an error of the disk is then one of the system, which says what it is.
    write: false,
    entryPoints: { main: entry },
    outdir: assets,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    mainFields: ['browser', 'module', 'main'],
    conditions: [...(fromSource ? ['@dml-crc/source'] : []), 'module', 'browser'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  await mkdir(assets, { recursive: true })
  for (const { path, contents } of outputFiles) await writeFile(path, contents)
  await cp(join(root, 'page', 'index.html'), join(site, 'index.html'))
  await cp(join(root, 'page', 'style.css'), join(assets, 'style.css'))
  const fromPage = createRequire(entry)
  const backend = join(dirname(fromPage.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')
  for (const file of await readdir(backend)) {
    if (/simd.wasm$/.test(file)) await cp(join(backend, file), join(assets, file))
  }
}
