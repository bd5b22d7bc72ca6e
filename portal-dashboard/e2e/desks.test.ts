/** Every page of the clinic, the counters and the providers' desks: no rule of WCAG 2.2 AA broken, none wider than a phone, and a picture of each. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { hc } from 'hono/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import type { TerminalsApp } from '../../scenarios/terminals/index.ts'
import type { ClinicApp } from '../../sim/clinic/index.ts'
import { answer } from '../../sim/core/network.ts'
import type { SubscriptionApp } from '../../sim/subscription/index.ts'
import { startOpenWorld, type OpenWorldServer } from './openWorldServer.ts'
import { launch, openContext } from './testBrowser.ts'

const folder = process.env['SCREENSHOTS'] ?? join(import.meta.dirname, '..', '..', 'data', 'screenshots')

let server: OpenWorldServer
let browser: Browser
let pages: { name: string; path: string; ready: string }[]

/** Somebody arrives at Sakura Clinic and presents the card. */
const receive = async (visitId: string, residentId: string) => {
  const visits = hc<ClinicApp>(`${server.url}/clinic-sakura`).visits
  const reader = hc<TerminalsApp>(`${server.url}/people`).readers[':readerId']
  const param = { readerId: 'clinic-sakura:reception' }
  const { basicFour, card } = personOf(residentId)
  const { challenge } = await answer(
    visits.$post({ json: { visitId, patientName: basicFour.name, dateOfBirth: basicFour.dateOfBirth } }),
  )
  await answer(reader.card.$post({ param, json: { residentId, takeOut: true } }))
  const { challengeId, challenge: bytes } = challenge
  const json = { challengeId, challenge: bytes, pin: card?.authenticationPin ?? '' }
  const proved = await answer(reader.authentications.$post({ param, json }))
  if (proved.outcome !== 'proved') throw new Error(`the card answered ${proved.outcome}`)
  const { certificate, signature } = proved
  await answer(
    visits[':visitId']['card-readings'].$post({ param: { visitId }, json: { challengeId, certificate, signature } }),
  )
  return { visit: visits[':visitId'], param: { visitId } }
}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await startOpenWorld()
  await receive('visit-eligible', 'taro')
  const billed = await receive('visit-billed', 'okane')
  await answer(billed.visit.treatments.$post({ param: billed.param, json: { points: 1000 } }))
  const paid = await receive('visit-paid', 'wataru')
  await answer(paid.visit.treatments.$post({ param: paid.param, json: { points: 523 } }))
  await answer(paid.visit['cash-payments'].$post({ param: paid.param, json: { receivedYen: 2000 } }))
  await receive('visit-refused', 'misaki')
  const sora = hc<SubscriptionApp>(`${server.url}/mobile-sora`)
  await answer(sora.rounds.$post())
  const { contracts } = await answer(sora.contracts.$get())
  const found = contracts.find(({ asked }) => asked !== undefined)?.contractId ?? ''
  await answer(
    hc<TerminalsApp>(`${server.url}/people`).readers[':readerId'].card.$post({
      param: { readerId: 'pc:taro' },
      json: { residentId: 'taro', takeOut: true },
    }),
  )
  pages = [
    { name: 'clinics', path: '/clinic', ready: 'main li a' },
    { name: 'clinic', path: '/clinic/clinic-sakura?person=taro', ready: 'main table' },
    { name: 'clinic-eligible', path: '/clinic/clinic-sakura?visit=visit-eligible&person=taro', ready: '.verdict.good' },
    { name: 'clinic-refused', path: '/clinic/clinic-sakura?visit=visit-refused&person=misaki', ready: '.verdict.bad' },
    { name: 'clinic-billed', path: '/clinic/clinic-sakura?visit=visit-billed&person=okane', ready: '.due' },
    { name: 'clinic-paid', path: '/clinic/clinic-sakura?visit=visit-paid&person=wataru', ready: 'main article' },
    { name: 'clinic-no-visit', path: '/clinic/clinic-sakura?visit=visit-none', ready: '.box' },
    { name: 'counters', path: '/counter', ready: 'main li a' },
    { name: 'counter', path: '/counter/municipality-aobano', ready: 'fieldset li' },
    {
      name: 'counter-revoked',
      path: '/counter/municipality-shiosai?resident=henji&act=signature',
      ready: 'main table',
    },
    { name: 'counter-move', path: '/counter/municipality-aobano?resident=taro&act=move', ready: 'main table' },
    { name: 'counter-unblock', path: '/counter/municipality-aobano?resident=ichiro&act=unblock', ready: 'main table' },
    { name: 'counter-arrive', path: '/counter/municipality-midorino?act=arrive', ready: 'main form' },
    { name: 'desks', path: '/desk', ready: 'main li a' },
    { name: 'desk', path: '/desk/mobile-sora', ready: 'main table' },
    { name: 'desk-letters', path: '/desk/mobile-sora?view=letters', ready: 'main table' },
    { name: 'desk-empty', path: '/desk/rights-uta', ready: '.empty' },
    { name: 'desk-customer', path: `/desk/mobile-sora?contract=${found}`, ready: 'main ol li' },
    { name: 'desk-sign-up', path: '/desk/rights-uta?view=sign-up&person=taro', ready: 'input[type=password]' },
  ]
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
  for (const { name, path, ready } of pages) {
    await page.goto(server.url + path)
    await page.locator(ready).first().waitFor({ timeout: 30_000 })
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

const screens = [
  { screen: 'projector', width: 1920, height: 1080 },
  { screen: 'laptop', width: 1366, height: 768 },
  { screen: 'phone', width: 390, height: 844 },
]

test.for(screens)('every page fits on a $screen and is pictured', async ({ screen, width, height }) => {
  const wide: string[] = []
  for (const look of [
    { language: 'ja', theme: 'light' },
    { language: 'en', theme: 'dark' },
  ] as const) {
    const context = await openContext(browser, { ...look, width, height })
    const page = await context.newPage()
    for (const { name, path, ready } of pages) {
      await page.goto(server.url + path)
      await page.locator(ready).first().waitFor({ timeout: 30_000 })
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (over > 0) wide.push(`${name}: ${over} px`)
      const picture = join(folder, `${name}-${screen}-${look.language}-${look.theme}.png`)
      await page.screenshot({ path: picture, fullPage: true })
      expect(statSync(picture).size).toBeGreaterThan(5000)
    }
    await context.close()
  }
  expect(wide).toEqual([])
})

test('on paper only the receipt is left', async () => {
  const context = await openContext(browser, { language: 'ja', theme: 'dark' })
  const page = await context.newPage()
  await page.goto(`${server.url}/clinic/clinic-sakura?visit=visit-paid&person=wataru`)
  await page.locator('main article').waitFor()
  await page.emulateMedia({ media: 'print' })
  const shown = (await page.locator('main').innerText()).trim()
  expect(shown.startsWith('領収書')).toBe(true)
  expect(shown).not.toContain('最近の受付')
  expect(shown).not.toContain('試験用暗証番号')
  await context.close()
})

test('what was shown stays when the line is lost, and what could not be asked says so and comes back by itself', async () => {
  const context = await openContext(browser, { language: 'en', theme: 'light' })
  const page = await context.newPage()
  await page.goto(`${server.url}/desk/mobile-sora`)
  await page.locator('main table').waitFor()
  await context.setOffline(true)
  await page.getByRole('tab', { name: 'Letters' }).click()
  await page.getByText('The server cannot be reached').waitFor({ timeout: 20_000 })
  await context.setOffline(false)
  await page.locator('main table').waitFor({ timeout: 20_000 })
  await context.close()
})
