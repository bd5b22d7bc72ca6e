/** The clinic as reception and patient use it: by keyboard alone, paid and refused, with a card that was lost, and with none. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startOpenWorld, type OpenWorldServer } from './openWorldServer.ts'
import { launch, openContext } from './testBrowser.ts'
import { activate, tabTo } from './testKeyboard.ts'

let server: OpenWorldServer
let browser: Browser
let context: BrowserContext
let page: Page
beforeAll(async () => {
  server = await startOpenWorld()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  context = await openContext(browser, { language: 'ja', theme: 'light' })
  page = await context.newPage()
  page.setDefaultTimeout(20_000)
})
afterEach(() => context.close())

const verdict = () => page.locator('.verdict .word')
const button = (name: string | RegExp) => page.getByRole('button', { name })

/** As a clerk who does not spare the mouse. */
const arrive = async (name: string, clinic = 'clinic-sakura') => {
  await page.goto(`${server.url}/clinic/${clinic}`)
  await page.getByRole('radio', { name }).check()
  await button('受付を始める').click()
  await page.waitForURL(/visit=/)
}
const present = async (pin: string, go: string | RegExp) => {
  await button('カードを置く').click()
  await page.getByLabel('暗証番号（数字 4 桁）').fill(pin)
  await button(go).click()
}

test('reception, eligibility and payment by keyboard alone, and a receipt', async () => {
  await page.goto(`${server.url}/clinic/clinic-sakura`)
  await tabTo(page, page.getByRole('radio', { name: '見本　太郎' }))
  await page.keyboard.press('Space')
  await activate(page, button('受付を始める'))
  await page.waitForURL(/visit=/)
  await activate(page, button('カードを置く'))
  await tabTo(page, page.getByLabel('暗証番号（数字 4 桁）'))
  await page.keyboard.type('0001')
  await page.keyboard.press('Enter')
  await page.locator('.verdict.good').waitFor()
  expect(await verdict().innerText()).toBe('資格あり')
  expect(await page.locator('.verdict .share').innerText()).toBe('3 割負担（30 %）')
  expect(await verdict().evaluate((word) => parseFloat(getComputedStyle(word).fontSize))).toBeGreaterThan(60)
  await tabTo(page, page.getByLabel('診療報酬点数'))
  await page.keyboard.type('523')
  await page.keyboard.press('Enter')
  await page.locator('.due').waitFor()
  expect(await page.locator('.due').innerText()).toBe('1,570 円')
  await activate(page, button('カードを置く'))
  await tabTo(page, page.getByLabel('暗証番号（数字 4 桁）'))
  await page.keyboard.type('0001')
  await page.keyboard.press('Enter')
  await page.getByRole('article', { name: '領収書' }).waitFor()
  const receipt = await page.getByRole('article', { name: '領収書' }).innerText()
  expect(receipt).toContain('見本　太郎 様')
  expect(receipt).toContain('クレジット・デビット')
  const address = page.url()
  await page.reload()
  await page.getByRole('article', { name: '領収書' }).waitFor()
  expect(page.url()).toBe(address)
})

test('a payment that the issuer refuses is paid in cash, with change, and part of it is paid back', async () => {
  await arrive('残高　少子')
  const pin = (await page.locator('aside dl').innerText()).match(/試験用暗証番号\s*(\d{4})/)?.[1] ?? ''
  await present(pin, '資格を確認する')
  await page.locator('.verdict.good').waitFor()
  await page.getByLabel('診療報酬点数').fill('1000')
  await button('請求する').click()
  await present(pin, /を支払う/)
  await page.locator('.reason').waitFor()
  expect(await page.locator('.reason').innerText()).toContain('カードでのお支払いはできません')
  await page.getByLabel('お預かり（円）').fill('2000')
  expect(await button('現金を受け取る').getAttribute('aria-disabled')).toBe('true')
  await page.getByLabel('お預かり（円）').fill('5000')
  await page.getByText('お釣り 2,000 円').waitFor()
  await button('現金を受け取る').click()
  await page.getByRole('article', { name: '領収書' }).waitFor()
  await page.getByLabel('返金する金額（円）').fill('500')
  await button('返金する').click()
  await page.getByText('返金額').waitFor()
  expect(await page.getByRole('article', { name: '領収書' }).innerText()).toContain('500 円')
})

test('a lost card is refused with its reason, and the paper card is taken instead', async () => {
  await arrive('仮名　美咲', 'clinic-kaede')
  await present('0004', '資格を確認する')
  await page.locator('.verdict.bad').waitFor()
  expect(await verdict().innerText()).toBe('カード利用不可')
  expect(await page.locator('.reason').innerText()).toContain('revoked')
  await page.getByRole('tab', { name: '紙の保険証' }).click()
  await button('保険証で確認する').click()
  await page.locator('.verdict.good').waitFor()
})

test('who has no card shows the paper card, who is not linked is linked by it', async () => {
  await arrive('無札　実', 'clinic-kaede')
  await button('保険証で確認する').click()
  await page.locator('.verdict.good').waitFor()
  await arrive('初診　一')
  await present('0011', '資格を確認する')
  await page.locator('.verdict.warn').waitFor()
  expect(await verdict().innerText()).toBe('紐付けなし')
  await page.getByRole('tab', { name: '紙の保険証' }).click()
  await page.getByLabel(/読み取ったカードに紐付ける/).check()
  await button('保険証で確認する').click()
  await page.locator('.verdict.good').waitFor()
  await arrive('初診　一')
  await present('0011', '資格を確認する')
  await page.locator('.verdict.good').waitFor()
})

test('somebody else’s card is seen through, and nothing of its holder is shown', async () => {
  await arrive('転居　渉')
  await page.getByLabel('誰のカードを置きますか').selectOption({ label: '見本　太郎' })
  await present('0001', '資格を確認する')
  await page.locator('.verdict.bad').waitFor()
  expect(await verdict().innerText()).toBe('別の人のカード')
  expect(await page.locator('.verdict').innerText()).not.toContain('見本')
})
