/** Authentication (利用者証明): is this the holder of a valid certificate, answering our challenge just now? */
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import type { authenticationAnswer, authenticationRequest, challengeIssued } from '../messages/verification.ts'
import type { Certificate } from '../pki/certificate.ts'
import { type Answered, type CertificateCheck, refuse, type Refusal } from './certificateCheck.ts'
import type { challengeMachine } from './challengeMachine.ts'
import type { Holders } from './holder.ts'
import { isSignedByHolder } from './proof.ts'
import type { Retention } from './retention.ts'
import type { PeopleStore } from './store.ts'
import type { Tickets } from './ticket.ts'

/** As long as the hash that is signed (assumed). */
const challengeBytes = 32

type Request = z.output<typeof authenticationRequest>
type Answer = z.output<typeof authenticationAnswer>
export type Authentication = {
  challenge(provider: string): Promise<z.output<typeof challengeIssued>>
  authenticate(asked: { request: Request; provider: string; requestId: string }): Promise<Answered<Answer>>
}

type Parts = {
  challenges: ActorKind<typeof challengeMachine>
  check: CertificateCheck
  holders: Holders
  store: PeopleStore
  tickets: Tickets
  retention: Retention
}

export const createAuthentication = (site: Site, parts: Parts): Authentication => {
  const { challenges, check, holders, store, tickets, retention } = parts

  /** Use the challenge up, whatever comes of it; only one request ever gets it. */
  const consume = async (challengeId: string, provider: string, requestId: string): Promise<string | Refusal> => {
    const issued = await challenges.find(challengeId)
    if (issued?.context.provider !== provider) return refuse('challenge-unknown')
    const presented = { type: 'challenge.presented', by: requestId, at: site.clock.now() } as const
    const { state, context } = await challenges.send(challengeId, presented, requestId)
    if (state === 'expired') return refuse('challenge-expired')
    return context.usedBy === requestId ? context.challenge : refuse('challenge-used')
  }

  const authenticate: Authentication['authenticate'] = async ({ request, provider, requestId }) => {
    const refused = (refusal: Refusal, checks = 0) => ({ answer: refusal, checks })
    const certificate = check.read(fromBase64(request.certificate))
    if (certificate === undefined) return refused(refuse('malformed'))
    const challenge = await consume(request.challengeId, provider, requestId)
    if (typeof challenge !== 'string') return refused(challenge)
    const signature = fromBase64(request.signature)
    const isProved = (shown: Certificate) => isSignedByHolder(shown, fromBase64(challenge), signature)
    const recognised = await holders.recognise({ certificate, provider, isProved })
    const { checks } = recognised
    if ('refusal' in recognised) return refused(recognised.refusal, checks)
    const { subjectId, accountId } = recognised

    const authenticationId = `authentication-${request.challengeId}`
    await store.addAuthentication({ authenticationId, provider, subjectId, at: site.clock.now() })
    const { ask: purposes, consentGiven } = request
    const issued = await tickets.issue({ subjectId, provider, purposes, consentGiven, requestId })
    return { answer: { outcome: 'accepted', authenticationId, accountId, ...issued }, checks }
  }

  return {
    challenge: async (provider) => {
      retention.expect()
      const challengeId = site.random.id()
      const challenge = toBase64(site.random.bytes(challengeBytes))
      const { context } = await challenges.start(challengeId, { challenge, provider, at: site.clock.now() })
      return { challengeId, challenge, expiresAt: context.expiresAt }
    },
    authenticate,
  }
}
