/** Pictures of every page on a projector, a laptop and a phone, to be looked at: in data/screenshots, or where SCREENSHOTS says. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openContext, visits } from './testBrowser.ts'
import { startServer, type TestServer } from './testServer.ts'

const folder = process.env['SCREENSHOTS'] ?? join(import.meta.dirname, '..', '..', 'data', 'screenshots')

const screens = [
  { screen: 'projector', width: 1920, height: 1080 },
  { screen: 'laptop', width: 1366, height: 768 },
  { screen: 'phone', width: 390, height: 844 },
]
const looks = [
  { language: 'ja', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const

let server: TestServer
let browser: Browser
beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await startServer()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test.for(screens)('every page is pictured on a $screen', async ({ screen, width, height }) => {
  for (const { language, theme } of looks) {
    const context = await openContext(browser, { language, theme, width, height })
    const page = await context.newPage()
    for (const { name, path, ready } of visits(server)) {
      await page.goto(server.url + path)
      await ready(page)
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      const picture = join(folder, `${name}-${screen}-${language}-${theme}.png`)
      await page.screenshot({ path: picture, fullPage: true })
      expect(statSync(picture).size).toBeGreaterThan(5000)
    }
    await context.close()
  }
})
