import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path))

/** What tests that need it are skipped by. */
export const hasChromium = executablePath !== undefined

/** Chromium, with graphics by software where there is no other. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] })

/** Opens the page of a site and waits for its model. */
export async function openSite(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.waitForSelector('#work:not([hidden])')
}

/** Drops photographs on the page and waits for their answers. */
export async function drop(page: Page, files: readonly string[]): Promise<void> {
  const content = files.map((file) => ({ name: basename(file), base64: readFileSync(file, 'base64') }))
  const before = await page.locator('.card').count()
  await page.evaluate((content) => {
    const transfer = new DataTransfer()
    for (const { name, base64 } of content) {
      const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
      transfer.items.add(new File([bytes], name, { type: 'image/png' }))
    }
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer }))
  }, content)
  await page.waitForFunction((count) => document.querySelectorAll('.card h3').length >= count, before + files.length)
}

/** Teaches photographs as a class by the form of the page, and waits until the answers know it. */
export async function teach(page: Page, className: string, files: readonly string[]): Promise<void> {
  const before = await page.locator('#taught li').count()
  await page.fill('#teach-class', className)
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.press('#teach-class', 'Enter')])
  await chooser.setFiles([...files])
  await page
    .locator('#taught li')
    .nth(before + files.length - 1)
    .waitFor()
}

/** What `action` took, in milliseconds. */
export async function timed(action: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await action()
  return performance.now() - begun
}
