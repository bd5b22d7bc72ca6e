/** The cable operator's HTTP interface: subscribers, set-top boxes, sessions, and notices. */
import { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { answer } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { id } from '../messages/person.ts'
import { acknowledgement, login, screen, sessionStarted, setTopBox, subscriber } from '../messages/television.ts'
import type { PlatformApp } from '../platform/index.ts'
import { attempt } from '../core/attempt.ts'
import { createCardLogin } from '../provider/cardLogin.ts'
import type { CardAccounts } from '../provider/cardLoginStore.ts'
import type { session } from './machine.ts'
import { createScreens } from './screen.ts'
import type { Register } from './store.ts'
import { createNoticeRoutes } from './noticeRoutes.ts'
import { createPublisher } from './publisher.ts'

export type CatvOptions = { nameJa: string }

const operatorProfile = z.strictObject({ operator: id, nameJa: z.string() })

/** Screens show health data: they are made anew for every request, and neither they nor logins are kept anywhere. */
const notKept = { repeatable: true, redact: () => '(not kept)' } as const

type Parts = {
  sessions: ActorKind<typeof session>
  register: Register
  accounts: CardAccounts
  operator: CatvOptions
}

export const createApp = (site: Site, { sessions, register, accounts, operator }: Parts) => {
  const platform = site.network.connect<PlatformApp>('platform')
  const screens = createScreens(site, sessions, register)

  const subscriberOf = async (subscriberNumber: string) => {
    const found = await register.subscriber(subscriberNumber)
    if (found === undefined) throw new Problem(404, 'no-such-subscriber', `there is no subscriber ${subscriberNumber}`)
    return found
  }

  const install = async ({ setTopBoxId, subscriberNumber }: z.output<typeof setTopBox>) => {
    const { cancelledAt } = await subscriberOf(subscriberNumber)
    if (cancelledAt !== null) throw new Problem(409, 'subscription-cancelled', `${subscriberNumber} has cancelled`)
    const earlier = await register.setTopBox(setTopBoxId)
    if (earlier !== undefined && earlier.subscriberNumber !== subscriberNumber)
      throw new Problem(409, 'set-top-box-taken', `set-top box ${setTopBoxId} stands at another subscriber's`)
    await register.installSetTopBox(setTopBoxId, subscriberNumber)
    return { setTopBoxId, subscriberNumber }
  }

  const challenge = async () => {
    const asked = await attempt(answer(platform.challenges.$post()))
    if (asked.outcome === 'answered') return asked.value
    throw new Problem(503, 'platform-silent', 'no challenge for the card: the platform does not answer')
  }

  /** A card in the reader: whoever was shown before is no longer. */
  const insertCard = async (setTopBoxId: string) => {
    const { box, household } = await screens.boxOf(setTopBoxId)
    if (household.cancelledAt !== null)
      throw new Problem(409, 'subscription-cancelled', `the subscriber of ${setTopBoxId} has cancelled`)
    await screens.close(box.sessionId, 'card.displaced')
    const given = await challenge()
    const sessionId = `session-${site.random.id()}`
    const at = site.clock.now()
    const { subscriberNumber } = household
    const { state } = await sessions.start(sessionId, {
      setTopBoxId,
      subscriberNumber,
      challengeId: given.challengeId,
      at,
    })
    await register.noteSession(setTopBoxId, sessionId)
    return { sessionId, state, challenge: given }
  }

  /** Only what is on this screen now. */
  const acknowledge = async (setTopBoxId: string, noticeId: string) => {
    const { notices } = await screens.at(setTopBoxId)
    if (!notices.some((notice) => notice.noticeId === noticeId))
      throw new Problem(404, 'no-such-notice', `set-top box ${setTopBoxId} shows no notice ${noticeId}`)
    await register.acknowledge(setTopBoxId, noticeId, site.clock.now())
    return screens.at(setTopBoxId)
  }

  const cancel = async (subscriberNumber: string) => {
    const { name, address } = await subscriberOf(subscriberNumber)
    await register.cancelSubscriber(subscriberNumber, site.clock.now())
    for (const { sessionId } of await register.setTopBoxesOf(subscriberNumber))
      await screens.close(sessionId, 'subscription.cancelled')
    return { subscriberNumber, name, address }
  }

  return createEdge(site)
    .route('/', createCardLogin(site, { accounts }))
    .get(
      '/operator',
      route({ summary: 'Which operator this is', purpose: 'operator.show', answer: operatorProfile, repeatable: true }),
      (c) => c.json({ operator: site.id, ...operator }),
    )
    .post(
      '/subscribers',
      routeWithBody(subscriber, {
        summary: 'Enter a subscriber 加入者',
        purpose: 'subscriber.enter',
        answer: subscriber,
      }),
      async (c) => {
        await register.enterSubscriber(c.req.valid('json'))
        return c.json(c.req.valid('json'))
      },
    )
    .post(
      '/subscribers/:subscriberNumber/cancellations',
      route({
        summary: 'Cancel a subscription 解約: sessions end, boxes go dark',
        purpose: 'subscriber.cancel',
        answer: subscriber,
      }),
      async (c) => c.json(await cancel(c.req.param('subscriberNumber'))),
    )
    .post(
      '/set-top-boxes',
      routeWithBody(setTopBox, {
        summary: 'Install a set-top box at a subscriber',
        purpose: 'set-top-box.install',
        answer: setTopBox,
      }),
      async (c) => c.json(await install(c.req.valid('json'))),
    )
    .post(
      '/set-top-boxes/:setTopBoxId/sessions',
      route({
        summary: 'A card was put into the box: a new session, and a challenge for the card',
        purpose: 'session.begin',
        answer: sessionStarted,
      }),
      async (c) => c.json(await insertCard(c.req.param('setTopBoxId'))),
    )
    .post(
      '/sessions/:sessionId/logins',
      routeWithBody(login, {
        summary: 'The card signed the challenge: show the viewer their own notices',
        purpose: 'viewer.login',
        answer: screen,
        ...notKept,
      }),
      async (c) => {
        const sessionId = c.req.param('sessionId')
        const event = { type: 'login.asked', proof: c.req.valid('json'), at: site.clock.now() } as const
        return c.json(await screens.of(await sessions.send(sessionId, event, requestIdOf(c, site))))
      },
    )
    .post(
      '/sessions/:sessionId/removals',
      route({
        summary: 'The card was taken out: nothing of the viewer stays',
        purpose: 'session.end',
        answer: screen,
        ...notKept,
      }),
      async (c) => {
        const sessionId = c.req.param('sessionId')
        await screens.close(sessionId, 'card.removed')
        return c.json(await screens.of(await sessions.get(sessionId)))
      },
    )
    .get(
      '/set-top-boxes/:setTopBoxId/screen',
      route({ summary: 'What the television shows now', purpose: 'screen.show', answer: screen, ...notKept }),
      async (c) => c.json(await screens.at(c.req.param('setTopBoxId'))),
    )
    .post(
      '/sessions/:sessionId/activities',
      route({
        summary: 'Somebody uses the remote: the session stays open; once a minute is often enough',
        purpose: 'session.keep-open',
        answer: screen,
        ...notKept,
      }),
      async (c) => {
        const event = { type: 'viewer.active', at: site.clock.now() } as const
        return c.json(await screens.of(await sessions.send(c.req.param('sessionId'), event, requestIdOf(c, site))))
      },
    )
    .post(
      '/set-top-boxes/:setTopBoxId/acknowledgements',
      routeWithBody(acknowledgement, {
        summary: 'A viewer has seen the notice that took over the screen',
        purpose: 'notice.acknowledge',
        answer: screen,
        ...notKept,
      }),
      async (c) => c.json(await acknowledge(c.req.param('setTopBoxId'), c.req.valid('json').noticeId)),
    )
    .route('/', createNoticeRoutes(createPublisher(site, register)))
}
