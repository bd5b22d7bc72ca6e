/**
 * Measures what a thousand events a second cost the page that watches them: `node portal-dashboard/e2e/measureStream.ts [seconds] [events a second]`.
 * The same page watching nothing, in the same run, is the limit it is compared with.
 */
import { join } from 'node:path'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { CDPSession, Page } from 'playwright-core'
import { createClock } from '../../sim/core/clock.ts'
import { listen } from '../../sim/core/server.ts'
import { describeParties, people } from '../../sim/parties.ts'
import { completeVariables } from '../../sim/world.ts'
import { createPortal } from '../serve.ts'
import { testEvent } from '../src/rooms/stage/testEvent.ts'
import { launch, openContext } from './testBrowser.ts'

const [seconds = 60, rate = 1000] = process.argv.slice(2).map(Number)
const clock = createClock({ mode: 'real' })
const batchMs = 40

const parties = [
  ...describeParties(completeVariables(), { keyPool: '', seed: '' }),
  { ...people, folder: 'people' },
].map(({ id, role, folder, name }) => ({ id, role, folder, name }))
const purposes = ['authentication.verify', 'signature.verify', 'certificate.check', 'ticket.redeem']

/** Events between ever other parties, every tenth refused, every twentieth a step of some life. */
const made = (order: number) => {
  const from = parties[(order * 7) % parties.length]?.id ?? 'people'
  const to = parties[(order * 13 + 5) % parties.length]?.id ?? 'platform'
  const purpose = purposes[order % purposes.length] ?? ''
  return testEvent(order, {
    party: to,
    from,
    to,
    purpose: { id: purpose, ja: purpose, en: purpose },
    outcome: { result: order % 10 === 0 ? 'refused' : 'answered', said: null },
    ...(order % 20 === 0 && {
      kind: 'transition' as const,
      transition: {
        kind: 'challenge',
        id: `c-${order}`,
        event: 'used',
        from: 'open',
        to: 'used',
        version: 2,
        active: ['used'],
      },
    }),
  })
}

/** `quiet`: the same answers, but no events. */
const fakeServer = (quiet: () => boolean, sent: (count: number) => void) => {
  const app = new Hono()
  const summary = {
    ...{
      run: 'live',
      state: 'live',
      scenario: null,
      title: { ja: '測定', en: 'measurement' },
      startedAt: clock.now(),
      seed: null,
    },
    ...{
      mode: null,
      passed: null,
      tookMs: null,
      cases: null,
      checks: null,
      entries: null,
      intact: null,
      variables: {},
      changed: [],
      damage: null,
    },
  }
  app.get('/health', (c) => c.json({ now: clock.now(), parties: [] }))
  app.get('/evaluation/runs/live', (c) => c.json({ summary, parties, cases: [], measures: [], heads: {} }))
  app.get('/evaluation/runs/live/outline', (c) =>
    c.json({
      run: 'live',
      total: 1,
      firstOrder: 1,
      lastOrder: 1,
      firstAt: 0,
      lastAt: 0,
      parties: parties.map(({ id }) => ({ id, entries: 1 })),
      cases: [],
    }),
  )
  app.get('/evaluation/runs/live/events', (c) =>
    c.json({ run: 'live', events: [made(1)], next: 'x', more: false, total: 1 }),
  )
  app.get('/evaluation/runs/live/stream', (c) =>
    streamSSE(c, async (stream) => {
      let order = 1
      let owed = 0
      let last = performance.now()
      while (!stream.aborted && !stream.closed) {
        await stream.sleep(batchMs)
        const now = performance.now()
        owed += quiet() ? 0 : ((now - last) / 1000) * rate
        last = now
        const events = Array.from({ length: Math.floor(owed) }, () => made(++order))
        owed -= events.length
        if (events.length === 0) continue
        await stream.writeSSE({ event: 'events', id: String(order), data: JSON.stringify({ events, total: order }) })
        sent(events.length)
      }
    }),
  )
  app.get('/evaluation/*', (c) => c.json({ type: 'urn:measure:none', status: 404, detail: 'not measured' }, 404))
  app.route('/', createPortal(join(import.meta.dirname, '..', 'dist')))
  return app
}

const watch = `
  window.gaps = []
  window.long = 0
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.long += entry.duration }).observe({ type: 'longtask' })
  let last = performance.now()
  const tick = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick) }
  requestAnimationFrame(tick)`

const busyOf = async (session: CDPSession): Promise<Record<string, number>> => {
  const { metrics } = await session.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}

const measure = async (page: Page, url: string) => {
  await page.goto(`${url}/stage/live`)
  await page.locator('[data-row]').first().waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.evaluate(watch)
  const before = await busyOf(session)
  await page.waitForTimeout(seconds * 1000)
  const after = await busyOf(session)
  const gaps: number[] = await page.evaluate('window.gaps')
  const long: number = await page.evaluate('window.long')
  const sorted = gaps.toSorted((a, b) => a - b)
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0)
  const busy = ((after['TaskDuration'] ?? 0) - (before['TaskDuration'] ?? 0)) / seconds
  const rows = await page.locator('.where .number').nth(1).innerText()
  return {
    'main thread busy': `${Math.round(busy * 100)} %`,
    'in long tasks (> 50 ms)': `${Math.round(long / seconds / 10)} %`,
    'frame gap p50 / p95 / p99 / max (ms)': [0.5, 0.95, 0.99, 1].map(at).join(' / '),
    'heap (MB)': Math.round((after['JSHeapUsedSize'] ?? 0) / 1e6),
    rows,
  }
}

let sentCount = 0
let isQuiet = true
const server = await listen(
  fakeServer(
    () => isQuiet,
    (count) => void (sentCount += count),
  ),
  { host: '127.0.0.1', port: 0 },
)
const browser = await launch()
try {
  const results: Record<string, object> = {}
  for (const quiet of [true, false]) {
    isQuiet = quiet
    const context = await openContext(browser, { language: 'ja', theme: 'light', width: 1920, height: 1080 })
    results[quiet ? 'nothing happens' : `${rate} events a second`] = await measure(await context.newPage(), server.url)
    await context.close()
  }
  console.table(results)
  console.log(`${sentCount} events sent in ${seconds} s`)
} finally {
  await browser.close()
  await server.close()
}
