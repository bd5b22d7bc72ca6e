/** The municipal counter: a PIN tried to lock-out and set anew, a move and its way to the authority, a loss, a find, a death. */
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

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const row = (kind: string) => page.getByRole('row').filter({ hasText: kind })
const at = (municipality: string, resident: string) =>
  page.goto(`${server.url}/counter/${municipality}?resident=${resident}`)
const enterPin = async (pin: string) => {
  const field = page.getByLabel('暗証番号（数字 4 桁）')
  await field.fill(pin)
  await field.press('Enter')
}

test('a wrong PIN is tried to lock-out at the clinic, set anew at the counter, and works again', async () => {
  await page.goto(`${server.url}/clinic/clinic-sakura?person=ichiro`)
  await button('受付を始める').click()
  await button('カードを置く').click()
  await page.getByText('残り 3 回').waitFor()
  for (const left of [2, 1]) {
    await enterPin('9999')
    await page.getByText(`残り ${left} 回`).waitFor()
    expect(await page.getByText('暗証番号が違います').isVisible()).toBe(true)
  }
  await enterPin('9999')
  await page.getByText('暗証番号がロックされています').waitFor()
  expect(await page.getByLabel('暗証番号（数字 4 桁）').count()).toBe(0)
  const visit = page.url()
  await page.getByRole('link', { name: '窓口で再設定する' }).click()
  await tabTo(page, page.getByLabel('新しい暗証番号'))
  await page.keyboard.type('4321')
  await activate(page, button('再設定する'))
  await page.getByText('受け付けました').waitFor()
  await page.goto(visit)
  await enterPin('4321')
  await page.locator('.verdict.good').waitFor()
})

test('a move ends the signature certificate, and word of it takes its time to the authority', async () => {
  await at('municipality-aobano', 'wataru')
  await button('転居届').click()
  expect(await button('転居を届け出る').getAttribute('aria-disabled')).toBe('true')
  await page.getByLabel('新しい住所').fill('見本県青葉野市南町八丁目８番８号')
  await page.getByLabel('新しい住所').press('Enter')
  await page.getByText('受け付けました').waitFor()
  expect(await page.getByRole('status').filter({ hasText: '受け付けました' }).innerText()).toContain(
    '南町八丁目８番８号',
  )
  await row('利用者証明用電子証明書').getByText('有効').first().waitFor()
  await row('署名用電子証明書').getByText('認証局に届きます').waitFor()
  const moved = await page.request.post(`${server.url}/manage/clock/advance`, { data: { ms: 2 * 3_600_000 } })
  expect(moved.ok()).toBe(true)
  await page.reload()
  await row('署名用電子証明書').getByText('認証局へ届き、失効しました').waitFor()
  await button('署名用電子証明書の発行').click()
  await button('発行する').click()
  await page.getByText('新しい署名用電子証明書が有効になりました。').waitFor()
})

test('a card is lost and found; its certificates stay ended until they are renewed', async () => {
  await at('municipality-aobano', 'taro')
  await button('カードの紛失').click()
  await page.getByLabel('届書と本人確認書類を確かめた').check()
  await button('紛失を届け出る').click()
  await page.getByText('カードを紛失として記録しました。').waitFor()
  await button('カードの発見').click()
  await button('発見を届け出る').click()
  await page.getByText('見つかったカードを使えるようにしました。').waitFor()
  expect(await page.getByText('失効', { exact: true }).count()).toBe(2)
  await button('電子証明書の更新').click()
  await button('更新する').click()
  await page.getByText('新しい署名用電子証明書が有効になりました。').waitFor()
  expect(await page.getByText('失効', { exact: true }).count()).toBe(0)
})

test('who moves to another town is found at its counter; for the dead nothing is offered', async () => {
  await page.goto(`${server.url}/counter/municipality-midorino`)
  await button('転入を受け付ける').click()
  await page.getByLabel('転入する人').selectOption({ label: '初診　一（青葉野市）' })
  await page.getByLabel('新しい住所').fill('見本県緑野町本町一丁目１番')
  await button('転入を届け出る').click()
  await page.getByRole('heading', { name: '初診　一' }).waitFor()
  expect(page.url()).toContain('resident=hajime')
  await button('死亡届').click()
  await page.getByLabel('届書と本人確認書類を確かめた').check()
  await button('死亡を届け出る').click()
  await page.getByText('台帳: 死亡').waitFor()
  expect(await button('転居届').count()).toBe(0)
})

test('what the counter refuses is told with what to do', async () => {
  await at('municipality-aobano', 'nobody')
  await page.getByText('この窓口の台帳にこの住民はいません').waitFor()
})
