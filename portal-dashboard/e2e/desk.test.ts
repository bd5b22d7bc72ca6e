/** The provider's desk: a move at the counter is found by a round, the customer signs again, and a new one signs up. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startOpenWorld, type OpenWorldServer } from './openWorldServer.ts'
import { launch, openContext } from './testBrowser.ts'

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

const button = (name: string | RegExp) => page.getByRole('button', { name })
const advance = async (ms: number) =>
  expect((await page.request.post(`${server.url}/manage/clock/advance`, { data: { ms } })).ok()).toBe(true)
const sign = async (password: string) => {
  await button('カードを置く').click()
  await page.getByLabel(/署名用パスワード（/).fill(password)
  await button('署名して送る').click()
}

test('a move at the counter is found by a round at the desk, and settled by signing again', async () => {
  await page.goto(`${server.url}/counter/municipality-aobano?resident=wataru&act=move`)
  await page.getByLabel('新しい住所').fill('見本県青葉野市南町八丁目８番８号')
  await button('転居を届け出る').click()
  await page.getByText('受け付けました').waitFor()
  await advance(2 * 3_600_000)

  await page.goto(`${server.url}/desk/mobile-sora`)
  await page.getByRole('link', { name: '転居　渉' }).waitFor()
  await button('いま変更確認を行う').click()
  await page.getByText(/件に変更が見つかりました/).waitFor()
  const found = page.getByRole('row').filter({ hasText: '転居　渉' })
  await found.getByText('新しい情報を依頼中').waitFor()
  expect(await found.innerText()).toContain('住所・氏名の変更')
  await page.getByRole('link', { name: '転居　渉' }).click()
  await page.getByText('変更確認で発見（住所・氏名の変更）').waitFor()
  const contract = page.url()

  await button('契約者が署名し直す').click()
  await page.getByText('有効な署名用電子証明書がありません').waitFor()
  await page.getByRole('link', { name: '窓口で発行する' }).click()
  await button('発行する').click()
  await page.getByText('新しい署名用電子証明書が有効になりました。').waitFor()

  await page.goto(contract)
  await button('契約者が署名し直す').click()
  await sign('MIHON0014')
  await page.getByText('新しい署名を受け付けました').waitFor()
  await page.locator('.head').getByText('契約中', { exact: true }).waitFor()
  expect(await page.locator('.sides dl').innerText()).toContain('南町八丁目８番８号')
})

test('a wrong password costs a try; the right one signs up a new customer, who then withdraws and cancels', async () => {
  await page.goto(`${server.url}/desk/rights-uta`)
  await page.getByText('契約者はいません').waitFor()
  await page.getByRole('tab', { name: '新しい申込' }).click()
  await page.getByRole('radio', { name: '見本　太郎' }).check()
  await sign('WRONG999')
  await page.getByText('パスワードが違います').waitFor()
  await page.getByText('残り 4 回').waitFor()
  await page.getByLabel(/署名用パスワード（/).fill('mihon0001')
  await button('署名して送る').click()
  await page.getByRole('heading', { name: '見本　太郎' }).waitFor()
  await page.getByText('申込書に署名').waitFor()
  await button('変更確認の同意を撤回').click()
  await page.getByText('契約中（確認の対象外）').waitFor()
  await button('解約').click()
  await page.locator('.head').getByText('解約').waitFor()
  expect(await button('契約者が署名し直す').count()).toBe(0)
})

test('a signature with a revoked certificate is refused with its reason', async () => {
  await page.goto(`${server.url}/desk/broadcaster-koho?view=sign-up&person=misaki`)
  await page.getByText('有効な署名用電子証明書がありません').waitFor()
  await sign('MIHON0004')
  await page.getByText('署名に使った電子証明書は失効しています').waitFor()
})

test('a desk nobody has says what to do', async () => {
  await page.goto(`${server.url}/desk/mobile-nowhere`)
  await page.locator('.box').first().waitFor()
})
