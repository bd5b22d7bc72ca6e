/** The platform's HTTP interface. */
import type { Context } from 'hono'
import type { ActorKind } from '../core/actors.ts'
import {
  callerOf,
  charge,
  createEdge,
  type Edge,
  requestIdOf,
  type Route,
  route,
  routeWithBody,
  sendJson,
} from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { changeCheckAnswer, changeCheckRequest, withdrawalAnswer } from '../messages/change.ts'
import {
  consentWithdrawal,
  consentWithdrawn,
  linkAnswer,
  linkRequest,
  redemptionRequest,
  ticketRedemption,
} from '../messages/link.ts'
import {
  authenticationAnswer,
  authenticationRequest,
  challengeIssued,
  clientCertificateAnswer,
  clientCertificateRequest,
  signatureAnswer,
  signatureRequest,
  verificationAnswer,
  verificationBatchAnswer,
  verificationBatchRequest,
  verificationRequest,
} from '../messages/verification.ts'
import { certificateKinds } from '../pki/profile.ts'
import type { Authentication } from './authentication.ts'
import type { ChangeCheck } from './changeCheck.ts'
import type { ClientCertificates } from './clientCertificate.ts'
import type { EvidenceKeeping } from './evidence.ts'
import { createEvidenceApp } from './evidenceApp.ts'
import type { LatestBasicFour } from './latestBasicFour.ts'
import { createLatestBasicFourApp } from './latestBasicFourApp.ts'
import type { Linking } from './link.ts'
import { operatorRoutes, type OperatorParts } from './operatorRoutes.ts'
import type { CertificateKind, CheckPurpose } from './revocation.ts'
import type { SignatureVerification } from './signature.ts'
import type { storedCertificateMachine } from './storedCertificateMachine.ts'
import type { Tickets } from './ticket.ts'
import type { Verifications } from './verifications.ts'

const providers = ['clinic', 'operator', 'issuer', 'insurer', 'subscription'] as const

export type PlatformParts = OperatorParts & {
  authentication: Authentication
  clientCertificates: ClientCertificates
  verifySignature: SignatureVerification
  checkChanges: ChangeCheck
  linking: Linking
  tickets: Tickets
  evidence: EvidenceKeeping
  latestBasicFour: LatestBasicFour
  verifications: Verifications
  stored: ActorKind<typeof storedCertificateMachine>
}

const clientCertificateRoute: Route = {
  summary: 'Check a certificate whose holder proved the key to this provider in a TLS handshake, without any ticket',
  purpose: 'client-certificate.verify',
  roles: providers,
  answer: clientCertificateAnswer,
  repeatable: true,
}

/** Refusals of what our authorities did issue. Anything else may be of a real card: people are told that it is not kept. */
const reasonsForOurs: readonly string[] = [
  'revoked',
  'expired',
  'not-yet-valid',
  'wrong-kind',
  'wrong-policy',
  'wrong-key-usage',
]

/** The journal has the certificate only once it turned out to be ours; a request that never came so far may hold anything. */
const withoutCertificate = (body: string): string =>
  JSON.stringify(JSON.parse(body), (key, value: unknown) => (key === 'certificate' ? '(not kept)' : value))

export const createApp = (site: Site, parts: PlatformParts) => {
  const { authentication, verifySignature, checkChanges, linking, tickets, meter, stored } = parts
  const { verifications, trust, source, changeSweeps } = parts
  const { method } = source

  /** Note what the provider owes for status checks, and count them. */
  const owe = (c: Context<Edge>, kind: CertificateKind, purpose: CheckPurpose, quantity: number) => {
    if (quantity === 0) return
    const payer = callerOf(c).id
    charge(c, { item: `${kind}.${method}.${purpose}`, payer, payee: site.id, quantity })
    meter.askedByProvider(payer, { kind, method, purpose }, quantity)
  }

  const withdraw = async (storedCertificateId: string, provider: string, requestId: string) => {
    const found = await stored.find(storedCertificateId)
    if (found?.context.provider !== provider)
      throw new Problem(404, 'no-such-stored-certificate', `this provider has no ${storedCertificateId}`)
    const event = { type: 'consent.withdrawn', at: site.clock.now() } as const
    const { context } = await stored.send(storedCertificateId, event, requestId)
    return { storedCertificateId, withdrawnAt: context.withdrawnAt ?? event.at }
  }

  return createEdge(site)
    .route('/', createEvidenceApp(parts.evidence, providers))
    .route('/', createLatestBasicFourApp(site, parts.latestBasicFour, providers))
    .post(
      '/challenges',
      route({
        summary: 'A challenge for one card to sign, once, for this provider',
        purpose: 'challenge.issue',
        roles: providers,
        answer: challengeIssued,
      }),
      async (c) => c.json(await authentication.challenge(callerOf(c).id)),
    )
    .post(
      '/authentications',
      routeWithBody(authenticationRequest, {
        summary: 'Verify a signed challenge and its certificate, with tickets for what is asked for 利用者証明',
        purpose: 'authentication.verify',
        roles: providers,
        answer: authenticationAnswer,
      }),
      async (c) => {
        const asked = { request: c.req.valid('json'), provider: callerOf(c).id, requestId: requestIdOf(c, site) }
        const { answer, checks } = await authentication.authenticate(asked)
        owe(c, 'authentication', 'verification', checks)
        return c.json(answer)
      },
    )
    .post(
      '/client-certificates',
      routeWithBody(clientCertificateRequest, { ...clientCertificateRoute, redact: withoutCertificate }),
      async (c) => {
        const asked = { ...c.req.valid('json'), provider: callerOf(c).id }
        const { answer, checks } = await parts.clientCertificates(asked)
        if (answer.outcome === 'accepted' || reasonsForOurs.includes(answer.reason))
          c.get('evidence').route = clientCertificateRoute
        owe(c, 'authentication', 'verification', checks)
        return c.json(answer)
      },
    )
    .post(
      '/signatures',
      routeWithBody(signatureRequest, {
        summary: 'Verify a signed document and its certificate, and keep the certificate if asked to 署名検証',
        purpose: 'signature.verify',
        roles: providers,
        answer: signatureAnswer,
      }),
      async (c) => {
        const asked = { request: c.req.valid('json'), provider: callerOf(c).id, requestId: requestIdOf(c, site) }
        const { answer, checks } = await verifySignature(asked)
        owe(c, 'signature', 'verification', checks)
        return c.json(answer)
      },
    )
    .post(
      '/verifications',
      routeWithBody(verificationRequest, {
        summary: 'Verify one signature and its certificate, without state: the provider made the challenge itself',
        purpose: 'certificate.verify',
        roles: providers,
        answer: verificationAnswer,
        carries: { request: ['certificate'], response: ['certificate-status'] },
        buffered: true,
      }),
      async (c) => {
        const item = c.req.valid('json')
        const { answer, checks } = await verifications.one(item)
        owe(c, item.kind, 'verification', checks)
        return sendJson(c, answer)
      },
    )
    .post(
      '/verifications/batch',
      routeWithBody(verificationBatchRequest, {
        summary: 'Verify up to 300 signatures and their certificates, answered in their order',
        purpose: 'certificate.verify-batch',
        roles: providers,
        answer: verificationBatchAnswer,
        carries: { request: ['certificate'], response: ['certificate-status'] },
        buffered: true,
      }),
      async (c) => {
        const { items } = c.req.valid('json')
        const answered = await verifications.many(items)
        for (const kind of certificateKinds) {
          const ofKind = answered.filter((_, index) => items[index]?.kind === kind)
          owe(
            c,
            kind,
            'verification',
            ofKind.reduce((sum, { checks }) => sum + checks, 0),
          )
        }
        return sendJson(c, { answers: answered.map(({ answer }) => answer) })
      },
    )
    .post(
      '/change-checks',
      routeWithBody(changeCheckRequest, {
        summary: 'Whether stored certificates are still good 変更確認',
        purpose: 'change.check',
        roles: providers,
        answer: changeCheckAnswer,
      }),
      async (c) => {
        const ids = c.req.valid('json').storedCertificateIds
        const { answer, checks } = await checkChanges({ ids, provider: callerOf(c).id })
        owe(c, 'signature', 'change-check', checks)
        return c.json(answer)
      },
    )
    .post(
      '/stored-certificates/:storedCertificateId/withdrawals',
      route({
        summary: 'Stop change checks of a stored certificate and forget it; again does nothing more',
        purpose: 'change-consent.withdraw',
        roles: providers,
        answer: withdrawalAnswer,
      }),
      async (c) => c.json(await withdraw(c.req.param('storedCertificateId'), callerOf(c).id, requestIdOf(c, site))),
    )
    .post(
      '/links',
      routeWithBody(linkRequest, {
        summary: 'Link the person who just authenticated to a number at an insurer or card issuer 紐付け',
        purpose: 'link.make',
        roles: providers,
        answer: linkAnswer,
      }),
      async (c) => {
        const asked = { body: c.req.valid('json'), provider: callerOf(c).id, requestId: requestIdOf(c, site) }
        return c.json(await linking.link(asked))
      },
    )
    .post(
      '/consent-withdrawals',
      routeWithBody(consentWithdrawal, {
        summary: 'Withdraw the consent of the person who just authenticated, for this provider and purpose',
        purpose: 'link-consent.withdraw',
        roles: providers,
        answer: consentWithdrawn,
      }),
      async (c) => {
        const asked = { body: c.req.valid('json'), provider: callerOf(c).id, requestId: requestIdOf(c, site) }
        return c.json({ withdrawn: await linking.withdrawConsent(asked) })
      },
    )
    .post(
      '/ticket-redemptions',
      routeWithBody(redemptionRequest, {
        summary: 'Which number a ticket stands for, told to its audience only',
        purpose: 'ticket.redeem',
        roles: ['insurer', 'issuer'],
        answer: ticketRedemption,
      }),
      async (c) => c.json(await tickets.redeem({ ...c.req.valid('json'), audience: callerOf(c).id })),
    )
    .route('/', operatorRoutes({ trust, source, changeSweeps, meter }))
}
