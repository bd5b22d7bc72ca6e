/** The provider's HTTP interface: signing up, signing again, and rounds of change checks. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { HOUR } from '../core/clock.ts'
import { createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { AccountContract } from '../messages/cardLogin.ts'
import {
  contractAnswer,
  contractList,
  contractView,
  deathCheckList,
  letterList,
  nonceIssued,
  roundReport,
  roundStanding,
  signUp,
} from '../messages/contract.ts'
import { id } from '../messages/person.ts'
import { createCardHolder, createCardLogin } from '../provider/cardLogin.ts'
import type { CardAccounts } from '../provider/cardLoginStore.ts'
import type { contract } from './contractMachine.ts'
import type { Files } from './store.ts'
import { answerOf, viewOf, viewOrProblem } from './view.ts'
import type { RoundReport, watch } from './watchMachine.ts'

export type SubscriptionOptions = {
  nameJa: string
  service: string
  checkIntervalMs: number
  /** Whether customers' consents to the latest basic four are taken and used. */
  latestBasicFour?: boolean
}

/** So many letters fit on the desk's screen (assumed). */
const mostListed = 100

/** A form that was filled in with a nonce must be signed within this time; it has 16 bytes (both assumed). */
const nonceLifeMs = HOUR

const providerProfile = z.strictObject({
  provider: id,
  nameJa: z.string(),
  service: z.string(),
  checkIntervalMs: z.number(),
  latestBasicFour: z.boolean().optional(),
})

type Parts = {
  contracts: ActorKind<typeof contract>
  watches: ActorKind<typeof watch>
  watchId: string
  files: Files
  accounts: CardAccounts
  provider: SubscriptionOptions
}

/** A repeated request finds the contract it began. */
const contractIdFor = (requestId: string) =>
  `contract-${createHash('sha256').update(requestId).digest('hex').slice(0, 20)}`

export const createApp = (site: Site, { contracts, watches, watchId, files, accounts, provider }: Parts) => {
  const cardHolder = createCardHolder(site)

  const nonce = async () => {
    const given = {
      nonce: Buffer.from(site.random.bytes(16)).toString('hex'),
      expiresAt: site.clock.now() + nonceLifeMs,
    }
    await files.giveNonce(given.nonce, given.expiresAt)
    return given
  }

  /** What is signed up with here; a consent to a service that this provider does not use is refused, not passed over. */
  const admitted = (asked: z.output<typeof signUp>) => {
    if (asked.basicFourConsent === undefined || provider.latestBasicFour === true) return asked
    throw new Problem(422, 'no-such-service', 'this provider does not use the latest basic four')
  }

  const sign = async (contractId: string, asked: z.output<typeof signUp>, requestId: string) => {
    const { signedDocument, basicFourConsent } = asked
    const consent = basicFourConsent === undefined ? {} : { basicFourConsent }
    const event = { type: 'document.signed', signedDocument, ...consent, at: site.clock.now() } as const
    return answerOf(await contracts.send(contractId, event, requestId))
  }

  const signUpAs = async (contractId: string, asked: z.output<typeof signUp>, requestId: string) => {
    await contracts.start(contractId, {})
    return sign(contractId, asked, requestId)
  }

  /** What a customer who is logged in sees of contracts; an application that was refused is none. */
  const accountContracts = async (contractIds: string[]): Promise<AccountContract[]> => {
    const found = await Promise.all(contractIds.map((contractId) => contracts.find(contractId)))
    return found.flatMap((shown) => {
      if (shown?.context.customer === undefined) return []
      const { id: contractId, state, done, context } = shown
      return { contractId, state, ...(context.asked && !done && { asked: context.asked }) }
    })
  }

  const round = async (requestId: string): Promise<RoundReport> => {
    const { state, context } = await watches.send(watchId, { type: 'round.asked', at: site.clock.now() }, requestId)
    if (state === 'waiting' && context.lastRound !== undefined) return context.lastRound
    throw new Problem(503, 'platform-silent', 'the platform does not answer; the round is repeated until it does')
  }

  return createEdge(site)
    .route('/', createCardLogin(site, { accounts, contracts: accountContracts }))
    .post(
      '/card-login/contracts',
      routeWithBody(signUp, {
        summary: 'Sign up while logged in with the card, over TLS: the contract is found again under the account',
        purpose: 'card-login.sign-up',
        answer: contractAnswer,
        repeatable: true,
      }),
      async (c) => {
        const asked = admitted(c.req.valid('json'))
        const { accountId } = await cardHolder(c)
        // Two people may use the same id for their requests. What was noted is a contract once it was accepted.
        const requestId = `${accountId}/${requestIdOf(c, site)}`
        const contractId = contractIdFor(requestId)
        await accounts.addContract(contractId, accountId)
        return c.json(await signUpAs(contractId, asked, requestId))
      },
    )
    .get(
      '/provider',
      route({ summary: 'Which provider this is', purpose: 'provider.show', answer: providerProfile, repeatable: true }),
      (c) => c.json({ provider: site.id, ...provider }),
    )
    .post(
      '/nonces',
      route({ summary: 'A nonce for one application, good for an hour', purpose: 'nonce.give', answer: nonceIssued }),
      async (c) => c.json(await nonce()),
    )
    .post(
      '/contracts',
      routeWithBody(signUp, {
        summary: 'Sign up with a signed application 申込',
        purpose: 'contract.sign-up',
        answer: contractAnswer,
      }),
      async (c) => {
        const asked = admitted(c.req.valid('json'))
        const requestId = requestIdOf(c, site)
        return c.json(await signUpAs(contractIdFor(requestId), asked, requestId))
      },
    )
    .get(
      '/contracts',
      route({ summary: 'All contracts', purpose: 'contract.list', answer: contractList, repeatable: true }),
      async (c) => c.json({ contracts: (await contracts.list()).flatMap((shown) => viewOf(shown) ?? []) }),
    )
    .get(
      '/contracts/:contractId',
      route({ summary: 'One contract', purpose: 'contract.show', answer: contractView, repeatable: true }),
      async (c) => c.json(viewOrProblem(await contracts.get(c.req.param('contractId')))),
    )
    .post(
      '/contracts/:contractId/consent-withdrawals',
      route({
        summary: 'Withdraw the consent to change checks; the contract goes on',
        purpose: 'consent.withdraw',
        answer: contractView,
      }),
      async (c) => {
        const event = { type: 'consent.withdrawn', at: site.clock.now() } as const
        return c.json(viewOrProblem(await contracts.send(c.req.param('contractId'), event, requestIdOf(c, site))))
      },
    )
    .post(
      '/contracts/:contractId/re-signings',
      routeWithBody(signUp, {
        summary: 'Sign again with a new certificate: the customer record becomes what it says',
        purpose: 'contract.sign-again',
        answer: contractAnswer,
      }),
      async (c) => c.json(await sign(c.req.param('contractId'), admitted(c.req.valid('json')), requestIdOf(c, site))),
    )
    .post(
      '/contracts/:contractId/cancellations',
      route({ summary: 'Cancel the contract 解約', purpose: 'contract.cancel', answer: contractView }),
      async (c) => {
        const event = { type: 'contract.cancelled', at: site.clock.now() } as const
        return c.json(viewOrProblem(await contracts.send(c.req.param('contractId'), event, requestIdOf(c, site))))
      },
    )
    .get(
      '/letters',
      route({
        summary: 'The latest letters to customers',
        purpose: 'letter.list',
        answer: letterList,
        repeatable: true,
      }),
      async (c) => {
        const sent = await files.lettersSent(mostListed)
        return c.json({ letters: sent.map(({ letterId: _, ...letter }) => letter) })
      },
    )
    .get(
      '/death-checks',
      route({
        summary: 'The latest customers of whom it is looked into whether they died',
        purpose: 'death-check.list',
        answer: deathCheckList,
        repeatable: true,
      }),
      async (c) => {
        const begun = await files.deathChecks(mostListed)
        return c.json({ deathChecks: begun.map(({ contractId, begunAt }) => ({ contractId, begunAt })) })
      },
    )
    .get(
      '/rounds',
      route({
        summary: 'When contracts are checked next, and what the last round found',
        purpose: 'round.show',
        answer: roundStanding,
        repeatable: true,
      }),
      async (c) => {
        const { state, context } = await watches.get(watchId)
        const { checkIntervalMs, nextRoundAt, lastRound } = context
        return c.json({ state, checkIntervalMs, nextRoundAt, ...(lastRound !== undefined && { lastRound }) })
      },
    )
    .post(
      '/rounds',
      route({
        summary: 'Check all watched contracts now 変更確認; rounds also run by themselves at the interval',
        purpose: 'round.run',
        answer: roundReport,
      }),
      async (c) => c.json(await round(requestIdOf(c, site))),
    )
}
