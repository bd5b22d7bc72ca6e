/** The card issuer's HTTP interface. */
import { validator } from 'hono/validator'
import { z } from 'zod'
import type { ActorKind, State } from '../core/actors.ts'
import { callerOf, createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { memberLink, memberLinkAnswer, referenceAnswer, referenceQuery } from '../messages/link.ts'
import {
  authorisationAnswer,
  authorisationRequest,
  paymentAccount,
  paymentList,
  paymentState,
  refundRequest,
} from '../messages/payment.ts'
import { id } from '../messages/person.ts'
import { challengeIssued } from '../messages/verification.ts'
import type { MemberLinking } from '../provider/memberLink.ts'
import type { accountMachine } from './accountMachine.ts'
import type { Authorise } from './authorisation.ts'
import type { PaymentEvent, paymentMachine } from './paymentMachine.ts'
import type { PaymentIndex } from './store.ts'

/** クレジット: paid from a limit · デビット: paid from a balance. */
export type PaymentOptions = { kind: 'credit' | 'debit' }

const accountState = z.strictObject({
  accountNumber: id,
  kind: z.enum(['credit', 'debit']),
  state: z.string(),
  availableYen: z.number().int(),
  reservedYen: z.number().int(),
})
type AccountState = z.output<typeof accountState>
type PaymentState = z.output<typeof paymentState>

export type PaymentParts = {
  accounts: ActorKind<typeof accountMachine>
  payments: ActorKind<typeof paymentMachine>
  index: PaymentIndex
  authorise: Authorise
  members: MemberLinking
  self: PaymentOptions
}

const view = ({ id: paymentId, state, context }: State<typeof paymentMachine>): PaymentState => {
  const { amountYen, capturedYen, refundedYen, merchantReference } = context
  return { paymentId, state, amountYen, capturedYen, refundedYen, merchantReference }
}

const byReference = validator('query', ({ merchantReference }): { merchantReference: string } => {
  const parsed = id.safeParse(merchantReference)
  if (parsed.success) return { merchantReference: parsed.data }
  const errors = [{ field: '/merchantReference', reason: 'must be given once, as 1 to 60 letters, digits or hyphens' }]
  throw new Problem(422, 'invalid-query', 'the query does not fit: /merchantReference', { errors })
})

export const createApp = (site: Site, { accounts, payments, index, authorise, members, self }: PaymentParts) => {
  const accountView = ({ id: accountNumber, state, context }: State<typeof accountMachine>): AccountState => {
    const reservedYen = Object.values(context.reserved).reduce((sum, yen) => sum + yen, 0)
    return { accountNumber, kind: self.kind, state, availableYen: context.availableYen, reservedYen }
  }

  const open = async (asked: z.output<typeof paymentAccount>): Promise<AccountState> => {
    const account = await accounts.start(asked.accountNumber, asked)
    if (account.context.openedWithYen !== asked.availableYen)
      throw new Problem(409, 'account-exists', `account ${asked.accountNumber} was opened with another amount`)
    return accountView(account)
  }

  /** Another merchant's payment is treated as none. */
  const tell = async (of: { paymentId: string; merchant: string }, event: PaymentEvent, requestId: string) => {
    const payment = await payments.find(of.paymentId)
    if (payment?.context.merchant !== of.merchant)
      throw new Problem(404, 'no-such-payment', `there is no payment ${of.paymentId} of this merchant`)
    return view(await payments.send(of.paymentId, event, requestId))
  }

  const list = async (merchant: string, merchantReference: string): Promise<z.output<typeof paymentList>> => {
    const rows = await index.under(merchant, merchantReference)
    const found = await Promise.all(rows.map(({ paymentId }) => payments.find(paymentId)))
    return { payments: found.flatMap((payment) => (payment === undefined ? [] : [view(payment)])) }
  }

  return createEdge(site)
    .post(
      '/accounts',
      routeWithBody(paymentAccount, {
        summary: 'Open an account with a limit (credit) or balance (debit)',
        purpose: 'account.open',
        answer: accountState,
        repeatable: true,
      }),
      async (c) => c.json(await open(c.req.valid('json'))),
    )
    .get(
      '/accounts/:accountNumber',
      route({ summary: 'What is available and reserved', purpose: 'account.show', answer: accountState }),
      async (c) => c.json(accountView(await accounts.get(c.req.param('accountNumber')))),
    )
    .post(
      '/accounts/:accountNumber/stops',
      route({
        summary: 'Stop an account 利用停止: no new authorisations',
        purpose: 'account.stop',
        answer: accountState,
      }),
      async (c) => {
        const event = { type: 'account.stopped' } as const
        return c.json(accountView(await accounts.send(c.req.param('accountNumber'), event, requestIdOf(c, site))))
      },
    )
    .post(
      '/challenges',
      route({ summary: 'A challenge for a member’s card', purpose: 'member.challenge', answer: challengeIssued }),
      async (c) => c.json(await members.challenge(requestIdOf(c, site))),
    )
    .post(
      '/accounts/:accountNumber/links',
      routeWithBody(memberLink, {
        summary: 'Link a member’s card to the account, with consent 紐付け',
        purpose: 'account.link',
        answer: memberLinkAnswer,
      }),
      async (c) => {
        const { id: accountNumber } = await accounts.get(c.req.param('accountNumber'))
        return c.json(await members.link(accountNumber, c.req.valid('json'), requestIdOf(c, site)))
      },
    )
    .post(
      '/reference-queries',
      routeWithBody(referenceQuery, {
        summary: 'Whether an account number is known here',
        purpose: 'reference.query',
        roles: ['platform'],
        answer: referenceAnswer,
        repeatable: true,
      }),
      async (c) => c.json({ known: (await accounts.find(c.req.valid('json').reference)) !== undefined }),
    )
    .post(
      '/authorisations',
      routeWithBody(authorisationRequest, {
        summary: 'Reserve an amount on the account the ticket’s person linked 与信',
        purpose: 'payment.authorise',
        roles: ['clinic'],
        answer: authorisationAnswer,
      }),
      async (c) => {
        const asked = { request: c.req.valid('json'), merchant: callerOf(c).id, requestId: requestIdOf(c, site) }
        return c.json(await authorise(asked))
      },
    )
    .get(
      '/payments',
      route({
        summary: 'Every payment the merchant has under one reference, to reconcile after a crash',
        purpose: 'payment.reconcile',
        roles: ['clinic'],
        answer: paymentList,
      }),
      byReference,
      async (c) => c.json(await list(callerOf(c).id, c.req.valid('query').merchantReference)),
    )
    .post(
      '/payments/:paymentId/captures',
      route({
        summary: 'Collect an authorised amount 売上確定; again does nothing more',
        purpose: 'payment.capture',
        roles: ['clinic'],
        answer: paymentState,
      }),
      async (c) => {
        const of = { paymentId: c.req.param('paymentId'), merchant: callerOf(c).id }
        return c.json(await tell(of, { type: 'capture.asked', at: site.clock.now() }, requestIdOf(c, site)))
      },
    )
    .post(
      '/payments/:paymentId/releases',
      route({
        summary: 'Give up an authorised amount 与信取消; again does nothing more',
        purpose: 'payment.release',
        roles: ['clinic'],
        answer: paymentState,
      }),
      async (c) => {
        const of = { paymentId: c.req.param('paymentId'), merchant: callerOf(c).id }
        return c.json(await tell(of, { type: 'release.asked' }, requestIdOf(c, site)))
      },
    )
    .post(
      '/payments/:paymentId/refunds',
      routeWithBody(refundRequest, {
        summary: 'Pay back part or all of what was captured 返金',
        purpose: 'payment.refund',
        roles: ['clinic'],
        answer: paymentState,
      }),
      async (c) => {
        const of = { paymentId: c.req.param('paymentId'), merchant: callerOf(c).id }
        const { amountYen } = c.req.valid('json')
        return c.json(await tell(of, { type: 'refund.asked', amountYen }, requestIdOf(c, site)))
      },
    )
}
