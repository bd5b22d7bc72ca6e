/** Nobody is shut out: no page breaks a rule of WCAG 2.2 AA that axe can tell, in both languages and both themes. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openContext, visits } from './testBrowser.ts'
import { startServer, type TestServer } from './testServer.ts'

let server: TestServer
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const looks = [
  { language: 'ja', theme: 'light' },
  { language: 'ja', theme: 'dark' },
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const

test.for(looks)('no page breaks a rule in $language, $theme', async (look) => {
  const context = await openContext(browser, look)
  const page = await context.newPage()
  const failures: string[] = []
  page.on('pageerror', (error) => failures.push(`${page.url()}: ${error.message}`))
  for (const { name, path, ready } of visits(server)) {
    await page.goto(server.url + path)
    await ready(page)
    expect(await page.locator('html').getAttribute('lang')).toBe(look.language)
    expect(await page.locator('html').getAttribute('data-theme')).toBe(look.theme)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze()
    for (const { id, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        failures.push(`${name}: ${id} at ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`)
  }
  await context.close()
  expect(failures).toEqual([])
})

test('open dialogs, menus and the drawer of the phone break none either', async () => {
  const context = await openContext(browser, { language: 'ja', theme: 'light', width: 390, height: 844 })
  const page = await context.newPage()
  await page.goto(server.url)
  await page.getByRole('button', { name: 'メニューを開く' }).click()
  await page.getByRole('dialog').waitFor()
  const drawer = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze()
  await page.goto(`${server.url}/flow/${server.runs[0]}`)
  await page.locator('main table button').first().click()
  await page.getByRole('dialog').waitFor()
  const dialog = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze()
  await context.close()
  expect(
    [...drawer.violations, ...dialog.violations].map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
  ).toEqual([])
})

test('no page is wider than a phone', async () => {
  const context = await openContext(browser, { language: 'ja', theme: 'light', width: 390, height: 844 })
  const page = await context.newPage()
  const wide: string[] = []
  for (const { name, path, ready } of visits(server)) {
    await page.goto(server.url + path)
    await ready(page)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (over > 0) wide.push(`${name}: ${over} px`)
  }
  await context.close()
  expect(wide).toEqual([])
})
