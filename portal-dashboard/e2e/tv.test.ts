/** The television as people in a living room use it: cards put in and out, everything else by the keys of the remote alone. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { healthNoticesOf } from '../../scenarios/acts/health.ts'
import { startFullWorld, type FullWorldServer } from './fullWorldServer.ts'
import { launch, openContext } from './testBrowser.ts'
import { sitDown, takeEveryCardOut, type Viewer } from './testTelevision.ts'

let server: FullWorldServer
let browser: Browser
let context: BrowserContext
let page: Page
let tv: Viewer
beforeAll(async () => {
  server = await startFullWorld()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  context = await openContext(browser, { language: 'ja', theme: 'light' })
  page = await context.newPage()
  tv = sitDown(server.url, page)
})
afterEach(async () => {
  await tv.post('/manage/seeds/all-well')
  await context.close()
  await takeEveryCardOut(server.url)
})

const yen = (amount: number) => `${new Intl.NumberFormat('ja-JP').format(amount)}円`

test('arrows, OK and back are enough: log in, agree, read every notice, log out', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.putIn('見本　太郎')
  await tv.view('暗証番号を入れてください')
  for (const digit of '0001') await tv.reach(digit)
  await tv.reach('決定')
  await tv.view('お知らせの取得に同意しますか')
  await tv.reach('同意する')
  await tv.view('暗証番号を入れてください')
  for (const digit of '0001') await tv.reach(digit)
  await tv.reach('決定')
  await page.locator('.viewer', { hasText: '見本　太郎' }).waitFor()
  const { medicalExpenses, genericSavings, checkups } = healthNoticesOf('taro', Date.now())
  await tv.reach('医療費のお知らせ')
  await page.locator('figure svg').waitFor()
  const newest = medicalExpenses.at(-1)
  expect(await tv.shown()).toContain(yen(newest?.patientYen ?? 0))
  expect(await page.locator('figure svg').getAttribute('aria-label')).toContain('月ごとの窓口負担')
  await tv.press('Backspace')
  await tv.reach('ジェネリック医薬品のお知らせ')
  await page.locator('.drug').first().waitFor()
  expect(await tv.shown()).toContain(
    yen(genericSavings.reduce((sum, { savingYenPerMonth }) => sum + savingYenPerMonth, 0)),
  )
  await tv.press('Backspace')
  await tv.reach('健診のお知らせ')
  await page.locator('.checkup').first().waitFor()
  expect(await page.locator('.checkup').count()).toBe(Math.min(3, checkups.length))
  await tv.press('Backspace')
  await tv.reach('町と防災のお知らせ')
  await tv.reach('資源ごみ収集日の変更')
  await page.getByText('木曜日').waitFor()
  await tv.press('Backspace', 'Backspace')
  await tv.reach('ログアウト')
  await page.locator('.viewer', { hasText: 'カードが入っています' }).waitFor()
  expect(await tv.shown()).not.toContain('見本　太郎')
})

test('numbers, d and the colour keys are shortcuts, on the keyboard and on the remote on the screen', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.logIn('見本　太郎', '0001')
  const remote = page.getByRole('region', { name: 'リモコン' })
  await tv.press('2')
  await tv.view('医療費のお知らせ')
  await tv.press('r')
  await tv.view('ジェネリック医薬品のお知らせ')
  await remote.getByRole('button', { name: '緑' }).click()
  await tv.view('健診のお知らせ')
  await remote.getByRole('button', { name: '黄' }).click()
  await tv.view('町と防災のお知らせ')
  await remote.getByRole('button', { name: 'dデータ' }).click()
  await page.locator('.tiles').waitFor()
  await remote.getByRole('button', { name: '右' }).click()
  expect(await tv.lit()).toContain('医療費のお知らせ')
  await remote.getByRole('button', { name: '決定' }).click()
  await page.locator('figure svg').waitFor()
})

test('what is shown stays over a reload, and taking the card out clears it at once', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.logIn('見本　太郎', '0001')
  await tv.press('b')
  await page.locator('figure svg').waitFor()
  await page.reload()
  await page.locator('figure svg').waitFor()
  await tv.takeOut()
  await page.locator('.tiles').waitFor()
  expect(await tv.shown()).not.toContain('見本　太郎')
  const screen: unknown = await (await fetch(`${server.url}/catv-hikari/set-top-boxes/STB-mihon/screen`)).json()
  expect(screen).toMatchObject({ state: 'standby' })
  expect(JSON.stringify(screen)).not.toContain('medicalExpenses')
})

test('a card taken out elsewhere clears the screen too', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.logIn('見本　太郎', '0001')
  await tv.post('/people/readers/clinic-sakura:reception/card', { residentId: 'taro', takeOut: true })
  await page.getByText('カードは入っていません').waitFor()
  await page.locator('.viewer').waitFor({ state: 'detached' })
})

test('the second member of the family sees her own notices only', async () => {
  await tv.at('catv-hikari', 'mihon')
  const own = async (id: string, name: string, pin: string) => {
    await tv.logIn(name, pin)
    await tv.press('r')
    await page.locator('.drug').first().waitFor()
    const saving = healthNoticesOf(id, Date.now()).genericSavings.reduce((sum, one) => sum + one.savingYenPerMonth, 0)
    expect(await tv.shown()).toContain(`${yen(saving)} 安くなる`)
    return tv.shown()
  }
  const his = await own('taro', '見本　太郎', '0001')
  const hers = await own('hanako', '見本　花子', '0002')
  expect(hers).not.toContain('見本　太郎')
  expect(hers).not.toBe(his)
})

test('a wrong PIN is told with the tries left, the third blocks the card, and the counter is named', async () => {
  await tv.at('catv-hikari', 'daisuke')
  await tv.putIn('模擬　大輔')
  await tv.enterPin('9999')
  await page.getByText('あと 2 回でロックされます').waitFor()
  await tv.enterPin('9999')
  await page.getByText('あと 1 回でロックされます').waitFor()
  await tv.enterPin('9999')
  await tv.view('暗証番号がロックされています')
  expect(await tv.shown()).toContain('市区町村の窓口')
  expect(await page.content()).not.toContain('9999')
})

test('a revoked card is refused, with the reason and what to do in plain words', async () => {
  await tv.at('catv-hikari', 'misaki')
  await tv.putIn('仮名　美咲')
  await tv.enterPin('0004')
  await tv.view('このカードではご利用いただけません')
  expect(await tv.shown()).toMatch(/失効しています[\s\S]*市区町村の窓口/)
})

test('without consent nothing is fetched, and the town’s notices can still be read', async () => {
  await tv.at('catv-midori', 'kenji')
  await tv.putIn('雛形　良枝')
  await tv.enterPin('0006')
  await tv.view('お知らせの取得に同意しますか')
  await tv.reach('同意しない')
  await page.locator('.tiles').waitFor()
  expect(await page.locator('.viewer').innerText()).toBe('カードが入っています')
  await tv.press('y')
  await tv.reach('断水のお知らせ')
  await page.getByText('日曜日の朝に断水します').waitFor()
})

test('an evacuation notice takes over the screen by itself until it is acknowledged', async () => {
  await tv.at('catv-hikari', 'wataru')
  await tv.press('y')
  await tv.view('町と防災のお知らせ')
  await tv.post('/manage/seeds/evacuation', { choice: 'municipality-aobano' })
  const takeover = page.getByRole('alertdialog')
  await takeover.waitFor()
  await tv.press('b', 'd', '1', 'Backspace')
  expect(await takeover.isVisible()).toBe(true)
  expect(await tv.lit()).toBe('確認しました')
  await tv.press('Enter')
  await takeover.waitFor({ state: 'detached' })
  await tv.view('町と防災のお知らせ')
  expect(await tv.lit()).toContain('避難')
  await tv.post('/manage/seeds/all-clear')
})

test('the screen clears after idle time, counting down before, and a key keeps it open', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.logIn('見本　太郎', '0001')
  await page.reload()
  await page.locator('.viewer', { hasText: '見本　太郎' }).waitFor()
  await tv.post('/manage/clock/advance', { ms: 4 * 60_000 + 10_000 })
  await page.locator('.closing').waitFor({ timeout: 60_000 })
  await tv.press('ArrowRight')
  await page.locator('.closing').waitFor({ state: 'detached' })
  expect(await tv.shown()).toContain('見本　太郎')
  await tv.post('/manage/clock/advance', { ms: 5 * 60_000 })
  await page.locator('.viewer', { hasText: 'カードが入っています' }).waitFor({ timeout: 60_000 })
  await page.locator('.tiles').waitFor()
  expect(await tv.shown()).not.toContain('見本　太郎')
})

test('a change-confirmation notice leads to the counter, and after it to signing again by the signature password', async () => {
  await tv.at('catv-hikari', 'tenko')
  await tv.putIn('転出　典子')
  await tv.view('暗証番号を入れてください')
  await tv.press('d', '6')
  await tv.reach('ひかりケーブルテレビ 契約窓口')
  await tv.reach('内容を確かめて手続きする')
  await tv.view('先に窓口での手続きが必要です')
  await tv.post('/municipality-midorino/residents/tenko/signature-certificates')
  await tv.reach('もう一度確かめる')
  await tv.view('契約に署名し直す')
  expect(await tv.shown()).toContain('見本県緑野町本町三丁目８番１号')
  await tv.reach('この内容で署名へ進む')
  await tv.view('署名用パスワードを入れてください')
  for (const character of 'WRONG1') await tv.reach(character)
  await tv.reach('署名する')
  await page.getByText('あと 4 回でロックされます').waitFor()
  for (const character of 'MIHON0015') await tv.reach(character)
  await tv.reach('署名する')
  await tv.view('署名を受け付けました')
  const { contracts }: { contracts: { state: string; customer: { name: string; address: string } }[] } = await (
    await fetch(`${server.url}/contract-hikari/contracts`)
  ).json()
  const hers = contracts.find(({ customer }) => customer.name === '転出　典子')
  expect([hers?.state, hers?.customer.address]).toEqual(['active', '見本県緑野町本町三丁目８番１号'])
  await tv.press('Enter', 'Enter')
  await tv.view('手続きは済んでいます')
})

test('an insurer that does not answer leaves a remark, and trying again helps once it does', async () => {
  await tv.at('catv-hikari', 'mihon')
  await tv.logIn('見本　太郎', '0001')
  await tv.reach('ログアウト')
  await tv.post('/manage/seeds/party-down', { choice: 'insurer-nhi' })
  await tv.press('1')
  await tv.enterPin('0001')
  await tv.view('お知らせを表示できません')
  await tv.post('/manage/seeds/all-well')
  await tv.reach('もう一度ログインする')
  await tv.enterPin('0001')
  await page.locator('.viewer', { hasText: '見本　太郎' }).waitFor()
})

test('a television that does not exist, and a server that is gone, are told in words', async () => {
  await page.goto(`${server.url}/tv/catv-hikari?stb=STB-nobody`)
  await tv.view('このテレビは見つかりません')
  await tv.at('catv-hikari', 'mihon')
  await context.setOffline(true)
  await tv.putIn('見本　太郎')
  await page
    .getByText('サーバーに接続できません')
    .or(page.getByText('サーバーから応答がありません', { exact: false }))
    .first()
    .waitFor({ timeout: 60_000 })
  await context.setOffline(false)
})
