/** Chromium for tests, and the pages of the portal with what shows that each is there. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { TestServer } from './testServer.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Debian's Chromium, or the one CHROMIUM names. */
export const launch = (): Promise<Browser> => {
  const executablePath = process.env['CHROMIUM'] ?? places.find((path) => existsSync(path))
  if (executablePath === undefined)
    throw new Error('no Chromium: install it with apt-get install chromium, or name it with CHROMIUM=')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export type Look = { language: 'ja' | 'en'; theme: 'light' | 'dark'; width?: number; height?: number }

/** A reader with a language, a theme and a screen; motion is reduced so that pages stand still. */
export const openContext = (
  browser: Browser,
  { language, theme, width = 1366, height = 768 }: Look,
): Promise<BrowserContext> =>
  browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    reducedMotion: 'reduce',
  })

export type Visit = { name: string; path: string; ready: (page: Page) => Promise<void> }

const seen = (selector: string) => async (page: Page) => {
  await page.locator(selector).first().waitFor({ timeout: 60_000 })
}

/** Every page that was built. */
export const visits = ({ runs: [first, second] }: TestServer): Visit[] => [
  {
    name: 'home',
    path: '/',
    ready: async (page) => void (await Promise.all([seen('.cases article')(page), seen('.figures')(page)])),
  },
  { name: 'runs', path: '/runs', ready: seen('main table') },
  {
    name: 'run',
    path: `/runs/${first}`,
    ready: async (page) => {
      await seen('main details')(page)
      await page.locator('main details > summary').first().click()
    },
  },
  { name: 'compare', path: `/runs/compare?a=${first}&b=${second}`, ready: seen('.bars') },
  { name: 'compare-unchosen', path: '/runs/compare', ready: seen('.empty') },
  {
    name: 'flow',
    path: `/flow/${first}`,
    ready: async (page) => void (await Promise.all([seen('main table button')(page), seen('.views section')(page)])),
  },
  { name: 'stage', path: `/stage/${first}`, ready: seen('[data-row]') },
  {
    name: 'stage-content',
    path: `/stage/${first}`,
    ready: async (page) => {
      await seen('[data-row]')(page)
      await page.getByRole('tab').nth(-2).click()
      await seen('article .learnt')(page)
    },
  },
  {
    name: 'stage-machine',
    path: `/stage/${first}`,
    ready: async (page) => {
      await seen('[data-row]')(page)
      await page.getByRole('tab').last().click()
      await seen('.chart svg')(page)
    },
  },
  { name: 'stage-live', path: '/stage/live', ready: seen('[data-row]') },
  { name: 'time', path: '/time', ready: seen('.leaps button') },
  { name: 'not-found', path: '/nowhere', ready: seen('.nowhere') },
  { name: 'no-such-run', path: '/runs/none-20260101-000000-0000', ready: seen('.box') },
  { name: 'parts', path: '/parts', ready: seen('.parts') },
]
