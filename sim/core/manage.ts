/** The management app: test controls (clock, faults, tokens) of one process, kept apart from every party's own routes. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { readBody } from './body.ts'
import type { Clock } from './clock.ts'
import { faultRule, type Faults } from './faults.ts'
import type { Identity } from './identity.ts'
import { isLocalName } from './intruder.ts'
import { Problem } from './problem.ts'

/** Ten years may go by at once (assumed). */
const aDay = 86_400_000
const mostAtOnceMs = 3660 * aDay
const advance = z.strictObject({ ms: z.number().int().positive().max(mostAtOnceMs) })
const runTo = z.strictObject({ to: z.number().int().nonnegative(), order: z.number().int().nonnegative().default(0) })
const tokenRequest = z.strictObject({ as: z.string().max(60), audience: z.string().max(60) })

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

const maxBodyBytes = 64 * 1024

export type Managed = {
  clock: Clock
  faults: Faults
  identities: () => Iterable<Identity>
  report(error: unknown): void
}

/** Further controls under a path of their own, which limit their bodies themselves. */
export type FurtherControls = { path: string; app: Hono }

/**
 * Answers only to this machine: `remoteAddress` tells where a request came from (undefined in process).
 * `POST /clock/run` is the conductor's step: it runs what is due up to an instant and says what comes next.
 */
export const createManagement = (
  { clock, faults, identities, report }: Managed,
  remoteAddress: (request: Request) => string | undefined,
  further: readonly FurtherControls[] = [],
) => {
  const app = new Hono()
  app.onError((error) => {
    if (error instanceof Problem) return error.response()
    report(error)
    return new Problem(500, 'bug', 'the management app failed; its log says why').response()
  })
  app.notFound(() => new Problem(404, 'no-such-route', 'the management app has no such route').response())
  app.use(async (c, next) => {
    const address = remoteAddress(c.req.raw)
    if (address !== undefined && !loopback.test(address)) {
      throw new Problem(403, 'not-from-here', 'the management app answers only to the machine it runs on')
    }
    const host = c.req.header('host')
    if (host !== undefined && !isLocalName(host)) {
      throw new Problem(403, 'not-from-here', 'the management app is asked by a local name only (no DNS rebinding)')
    }
    await next()
  })
  for (const { path, app: controls } of further) app.route(path, controls)
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new Problem(413, 'too-large', `the body is larger than ${maxBodyBytes} bytes`)
      },
    }),
  )
  const time = () => ({ mode: clock.mode, ...clock.reached(), nextDueAt: clock.nextDueAt() ?? null })
  const body = async <S extends z.ZodType<object>>(
    schema: S,
    request: { header(name: string): string | undefined; text(): Promise<string> },
  ) => readBody(schema, request.header('content-type'), await request.text())
  return app
    .get('/clock', (c) => c.json(time()))
    .post('/clock/advance', async (c) => {
      const { ms } = await body(advance, c.req)
      if (clock.mode === 'real') throw new Problem(409, 'real-clock', 'a real clock cannot be advanced')
      const ran = await clock.advance(ms)
      return c.json({ ran, ...time() })
    })
    .post('/clock/run', async (c) => {
      const { to, order } = await body(runTo, c.req)
      if (clock.mode !== 'virtual')
        throw new Problem(409, 'no-virtual-clock', 'only a virtual clock is run by a conductor')
      if (to - clock.now() > mostAtOnceMs) throw new Problem(422, 'too-far', 'to lies more than ten years ahead')
      clock.observe({ now: 0, order })
      const ran = await clock.advanceTo(to)
      return c.json({ ran, ...time() })
    })
    .get('/faults', (c) => c.json({ faults: faults.list() }))
    .post('/faults', async (c) => c.json(faults.add(await body(faultRule, c.req)), 201))
    .delete('/faults', (c) => {
      faults.clear()
      return c.json({ faults: [] })
    })
    .delete('/faults/:id{[0-9]+}', (c) => {
      if (!faults.remove(Number(c.req.param('id'))))
        throw new Problem(404, 'no-such-fault', 'there is no fault of this number')
      return c.json({ faults: faults.list() })
    })
    .post('/tokens', async (c) => {
      const { as, audience } = await body(tokenRequest, c.req)
      for (const identity of identities())
        if (identity.id === as) return c.json({ token: await identity.tokenFor(audience) })
      throw new Problem(404, 'no-such-party', 'no party of this name runs in this process')
    })
}
