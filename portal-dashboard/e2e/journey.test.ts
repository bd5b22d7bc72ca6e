/** The portal as a person uses it: run a use case, watch it, go through it by keyboard, come back, move time, lose the line. */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch, openContext } from './testBrowser.ts'
import { startServer, type TestServer } from './testServer.ts'

let server: TestServer
let browser: Browser
let context: BrowserContext
let page: Page
beforeAll(async () => {
  server = await startServer()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  context = await openContext(browser, { language: 'ja', theme: 'light' })
  page = await context.newPage()
})
afterEach(() => context.close())

const heading = () => page.locator('main h1').innerText()

test('a use case is run from Home and watched while it is played', async () => {
  await page.goto(server.url)
  await page.getByRole('article').nth(1).getByRole('button', { name: '実行する' }).click()
  await page.waitForURL(/\/stage\/clinic-/)
  await page.getByRole('progressbar').waitFor()
  await page.locator('[data-row]').first().waitFor({ timeout: 90_000 })
  await page.getByText('成功', { exact: true }).first().waitFor({ timeout: 120_000 })
  expect(await page.getByLabel('ケースへ移る').locator('option').count()).toBe(11)
})

test('a play is ended on request, and says so', async () => {
  await page.goto(server.url)
  await page.getByRole('article').nth(2).getByRole('button', { name: '実行する' }).click()
  await page.waitForURL(/\/stage\/change-confirmation-/)
  await page.getByRole('button', { name: '中止する' }).click()
  await page.getByText('中止', { exact: true }).first().waitFor({ timeout: 90_000 })
})

test('the stage is gone through by keyboard alone, and its place stands in the address', async () => {
  await page.goto(`${server.url}/stage/${server.runs[0]}`)
  const now = page.locator('[data-row][aria-current]')
  await now.waitFor()
  const words = await now.getAttribute('aria-label')
  await now.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.waitForFunction((before) => document.activeElement?.getAttribute('aria-label') !== before, words)
  const there = await page.locator('[data-row]:focus').getAttribute('aria-label')
  expect(there).not.toBe(words)
  await page.waitForURL(/at=/)
  await page.reload()
  await now.waitFor()
  expect(await now.getAttribute('aria-label')).toBe(there)
})

test('a card’s command opens to its name, and a check to what was learnt by it', async () => {
  await page.goto(`${server.url}/stage/${server.runs[0]}`)
  await page.locator('[data-row]', { hasText: 'APDU' }).first().click()
  await page.getByText('SELECT').first().waitFor()
  await page.getByRole('button', { name: '次のメッセージ' }).click()
  await page.getByText('2 / ').first().waitFor()
  await page.locator('[data-row]', { hasText: '資格を確認する' }).first().click()
  await page.locator('.learnt', { hasText: '保険資格' }).waitFor()
})

test('the diagram is handed out as a picture and as Mermaid', async () => {
  await page.goto(`${server.url}/stage/${server.runs[0]}`)
  await page.locator('[data-row]').first().waitFor()
  const file = async (words: string) => {
    await page.getByRole('button', { name: '書き出す' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: words }).click(),
    ])
    return readFileSync(await download.path())
  }
  expect((await file('SVG')).toString()).toContain('さくら診療所')
  expect((await file('Mermaid')).toString()).toMatch(/^sequenceDiagram/m)
  expect((await file('PNG')).subarray(1, 4).toString()).toBe('PNG')
})

test('from a cell of the privacy matrix a message is reached, and back leads to the cell’s page', async () => {
  await page.goto(`${server.url}/flow/${server.runs[0]}`)
  await page.locator('main table button').first().click()
  await page.getByRole('dialog').getByRole('link').first().click()
  await page.waitForURL(/\/stage\/.*at=/)
  await page.locator('[data-row][aria-current]').waitFor()
  await page.goBack()
  await page.waitForURL(/\/flow\//)
  expect(await heading()).toBe('データの流れ')
})

test('two runs are chosen and compared, and the variable that differs is named', async () => {
  await page.goto(`${server.url}/runs?scenario=clinic`)
  const boxes = page.getByRole('checkbox')
  await boxes.first().waitFor()
  for (const run of server.runs) await page.getByRole('checkbox', { name: run }).check()
  await page.getByRole('link', { name: '比べる', exact: true }).click()
  await page.getByText('ocsp', { exact: true }).waitFor()
  await page.getByText('crl', { exact: true }).waitFor()
})

test('a journal is verified again on request', async () => {
  await page.goto(`${server.url}/runs/${server.runs[0]}`)
  await page.getByRole('button', { name: 'いま検証する' }).click()
  await page.getByText('結果と一致').waitFor({ timeout: 60_000 })
})

test('time moves a day on, and what became due is listed', async () => {
  await page.goto(`${server.url}/time`)
  const before = await page.locator('.face .day').innerText()
  await page.getByRole('button', { name: '1 日進める' }).click()
  await page.getByText('まで進めました', { exact: false }).waitFor({ timeout: 90_000 })
  expect(await page.locator('.face .day').innerText()).not.toBe(before)
})

test('language and theme are kept over a reload, and a link may ask for a language', async () => {
  await page.goto(`${server.url}/runs?lang=en`)
  expect(await heading()).toBe('Runs')
  await page.getByRole('button', { name: '日本語' }).click()
  expect(await heading()).toBe('実行記録')
  await page.getByRole('button', { name: '配色' }).click()
  await page.getByRole('menuitem', { name: '暗い配色' }).click()
  await page.reload()
  await page.locator('main h1').waitFor()
  expect([await heading(), await page.locator('html').getAttribute('data-theme')]).toEqual(['実行記録', 'dark'])
})

test('a link followed and left again stands where it stood, with the focus on it', async () => {
  await page.setViewportSize({ width: 1366, height: 500 })
  await page.goto(server.url)
  const link = page.locator('article a[href^="/runs/"]').first()
  await link.waitFor()
  await link.focus()
  await page.evaluate(() => window.scrollTo(0, 300))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/runs\//)
  expect(await page.evaluate(() => document.activeElement?.tagName === 'H1' || window.scrollY === 0)).toBe(true)
  await page.goBack()
  await link.waitFor()
  await page.waitForFunction(() => Math.abs(window.scrollY - 300) < 3)
})

test('without a line the page says so and what to do, and is there again once the line is', async () => {
  await page.goto(server.url)
  await page.locator('.cases article').first().waitFor()
  await context.setOffline(true)
  await page.getByRole('link', { name: '実行記録', exact: true }).first().click()
  await page
    .getByText('サーバーに接続できません')
    .or(page.getByText('サーバーから応答がありません', { exact: false }))
    .first()
    .waitFor({ timeout: 60_000 })
  await context.setOffline(false)
  await page.locator('main table').waitFor({ timeout: 60_000 })
})
