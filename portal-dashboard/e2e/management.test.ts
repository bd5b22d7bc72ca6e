/** Management, performance and cost as a person uses them: faults and seeds by keyboard, figures that lead to their events, and no rule broken. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startOpenWorld, type OpenWorldServer } from './openWorldServer.ts'
import { launch, openContext } from './testBrowser.ts'
import { activate, tabTo } from './testKeyboard.ts'

const folder = process.env['SCREENSHOTS'] ?? join(import.meta.dirname, '..', '..', 'data', 'screenshots')

let server: OpenWorldServer
let browser: Browser
let context: BrowserContext
let page: Page
beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await startOpenWorld({ clinic: [{}, { revocation: 'crl' }] })
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  context = await openContext(browser, { language: 'ja', theme: 'light' })
  page = await context.newPage()
  page.setDefaultTimeout(30_000)
})
afterEach(() => context.close())

const ask = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json()
const insurer = async () => {
  const { parties } = Object(await ask('/evaluation/world'))
  return parties.find(({ id }: { id: string }) => id === 'insurer-nhi')
}

/** As the keyboard chooses in a list: the option whose words begin so. */
const choose = async (label: string, value: string) => {
  const list = page.getByRole('combobox', { name: label, exact: true })
  await tabTo(page, list)
  await list.selectOption(value)
}

test('a party is taken down, is down, and is up again, by keyboard', async () => {
  await page.goto(`${server.url}/management`)
  await page.getByText('いま障害は起きていません').waitFor()
  await choose('だれへの', 'insurer-nhi')
  await activate(page, page.getByRole('button', { name: 'この障害を起こす' }))
  const row = page.getByRole('row').filter({ hasText: '停止する' })
  await row.waitFor()
  expect(await row.innerText()).toContain('取り除くまで')
  expect(await insurer()).toMatchObject({ up: false })
  await activate(page, row.getByRole('button', { name: '取り除く' }))
  await page.getByText('いま障害は起きていません').waitFor()
  await expect.poll(insurer).toMatchObject({ up: true, faults: [] })
})

test('a slow party for five messages, and an error from one to another; both are removed at once', async () => {
  await page.goto(`${server.url}/management`)
  await choose('障害', 'delay')
  await choose('どれだけ遅れるか', '30000')
  await choose('いつまで', '5')
  await activate(page, page.getByRole('button', { name: 'この障害を起こす' }))
  await page.getByText('30秒遅れて届く').waitFor()
  await choose('障害', 'error')
  await choose('だれからの要求に', 'people')
  await choose('どのくらい', '0.1')
  await activate(page, page.getByRole('button', { name: 'この障害を起こす' }))
  await page.getByText('エラー 503 を返す').waitFor()
  const { faults } = Object(await ask('/manage/faults'))
  expect(faults).toMatchObject([
    { kind: 'delay', ms: 30_000, times: 5, probability: 1 },
    { kind: 'error', from: 'people', probability: 0.1, status: 503 },
  ])
  await activate(page, page.getByRole('button', { name: 'すべて取り除く', exact: true }))
  await page.getByText('いま障害は起きていません').waitFor()
  expect(await ask('/manage/faults')).toEqual({ faults: [] })
})

test('a state is chosen and brought about, and what came of it is told', async () => {
  await page.goto(`${server.url}/management`)
  const seed = page.locator('.seeds > li').filter({ hasText: '避難' }).first()
  await activate(page, seed.getByRole('button'))
  await seed.getByText('かかりました').waitFor()
  const notices = JSON.stringify(await ask('/evaluation/runs/live/events?limit=1000'))
  expect(notices).toContain('area-notice.publish')
})

test('wall times of a run lead from purpose to distribution, and the slowest message to the stage', async () => {
  const [run = ''] = server.runs
  await page.goto(`${server.url}/performance?run=${run}`)
  await page.getByRole('heading', { name: '目的別' }).waitFor()
  await page.getByText('すべての目的・すべての機関').first().waitFor()
  const { purposes } = Object(await ask(`/evaluation/runs/${run}/timings`))
  const use = purposes.find(({ purpose }: { purpose: { id: string } }) => purpose.id === 'card.use')
  await activate(page, page.getByRole('button', { name: 'カードに命令を送る (APDU)の分布を見る' }))
  await page.locator('.figures dd').first().getByText(use.calls.toLocaleString('ja-JP'), { exact: true }).waitFor()
  expect(new URL(page.url()).searchParams.get('purpose')).toBe('card.use')
  const row = page.getByRole('row').filter({ hasText: 'カードに命令を送る' })
  await activate(page, row.getByRole('link', { name: 'ステージで見る' }))
  await page.locator('[data-row]').first().waitFor()
  expect(new URL(page.url()).pathname).toBe(`/stage/${run}`)
})

test('two runs are compared by what fell due', async () => {
  const [a = '', b = ''] = server.runs
  await page.goto(`${server.url}/cost?run=${a}`)
  await page.getByRole('table', { name: '料金の発生' }).waitFor()
  await page.getByLabel('比べる実行（B）').selectOption(b)
  await page.getByRole('columnheader', { name: '回数 B' }).waitFor()
  const [one, other] = [
    Object(await ask(`/evaluation/runs/${a}/fees`)),
    Object(await ask(`/evaluation/runs/${b}/fees`)),
  ]
  const rows = await page.getByRole('table', { name: '料金の発生' }).getByRole('row').count()
  const ids = new Set(
    [...one.rows, ...other.rows].map(({ item, payer, payee }) => `${item.id} ${payer.id} ${payee.id}`),
  )
  expect(rows).toBe(ids.size + 1)
  expect(await page.getByText('想定 A-61').count()).toBeGreaterThanOrEqual(rows - 1)
  await page.reload()
  await page.getByRole('columnheader', { name: '回数 B' }).waitFor()
})

test('from another machine the management room says why it cannot be used', async () => {
  await page.route('**/manage/**', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({ type: 'urn:common-id-testbed:problem:not-from-here', status: 403, detail: 'no' }),
    }),
  )
  await page.goto(`${server.url}/management`)
  await page.getByText('testbed が動いている計算機からだけできます').first().waitFor()
})

test('a run that is not there is said not to be there', async () => {
  for (const room of ['cost', 'performance']) {
    await page.goto(`${server.url}/${room}?run=none-20260101-000000-0000`)
    await page.getByText('この名前の実行記録はありません').first().waitFor()
  }
})

type Visit = { name: string; path: string; ready: string }
const visits = (): Visit[] => {
  const [a = '', b = ''] = server.runs
  return [
    { name: 'management', path: '/management', ready: 'main table' },
    { name: 'performance', path: `/performance?run=${a}`, ready: 'main table' },
    { name: 'performance-one', path: `/performance?run=${a}&party=ca&purpose=certificate.check`, ready: 'main table' },
    { name: 'performance-live', path: '/performance', ready: 'main table' },
    { name: 'cost', path: `/cost?run=${a}`, ready: 'main table' },
    { name: 'cost-compared', path: `/cost?run=${a}&with=${b}`, ready: 'main table' },
    { name: 'cost-no-such-run', path: '/cost?run=none', ready: '.box' },
  ]
}

const setFault = () =>
  fetch(`${server.url}/manage/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'delay', to: 'insurer-nhi', ms: 5000, probability: 0.5 }),
  })

const looks = [
  { language: 'ja', theme: 'light' },
  { language: 'ja', theme: 'dark' },
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const

test.for(looks)('no page breaks a rule in $language, $theme', async (look) => {
  await setFault()
  const own = await openContext(browser, look)
  const visitor = await own.newPage()
  const failures: string[] = []
  visitor.on('pageerror', (error) => failures.push(`${visitor.url()}: ${error.message}`))
  for (const { name, path, ready } of visits()) {
    await visitor.goto(server.url + path)
    await visitor.locator(ready).first().waitFor({ timeout: 30_000 })
    const { violations } = await new AxeBuilder({ page: visitor })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze()
    for (const { id, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        failures.push(`${name}: ${id} at ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`)
  }
  await own.close()
  expect(failures).toEqual([])
})

const screens = [
  { screen: 'projector', width: 1920, height: 1080 },
  { screen: 'laptop', width: 1366, height: 768 },
  { screen: 'phone', width: 390, height: 844 },
]

test.for(screens)('every page fits on a $screen and is pictured', async ({ screen, width, height }) => {
  await setFault()
  const wide: string[] = []
  for (const look of [looks[0], looks[3]]) {
    const own = await openContext(browser, { ...look, width, height })
    const visitor = await own.newPage()
    for (const { name, path, ready } of visits()) {
      await visitor.goto(server.url + path)
      await visitor.locator(ready).first().waitFor({ timeout: 30_000 })
      await visitor.evaluate(() => document.fonts.ready.then(() => undefined))
      const over = await visitor.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (over > 0) wide.push(`${name}: ${over} px`)
      const picture = join(folder, `${name}-${screen}-${look.language}-${look.theme}.png`)
      await visitor.screenshot({ path: picture, fullPage: true })
      expect(statSync(picture).size).toBeGreaterThan(5000)
    }
    await own.close()
  }
  expect(wide).toEqual([])
})
