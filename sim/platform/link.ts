/** Linking: a person who just proved presence binds a number at an insurer or card issuer, if its holder knows it. */
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { MINUTE } from '../core/clock.ts'
import { answer, once, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { InsurerApp } from '../insurer/index.ts'
import type { consentWithdrawal, linkAnswer, linkRequest } from '../messages/link.ts'
import type { Consents } from './consent.ts'
import type { linkMachine } from './linkMachine.ts'
import type { AuthenticationRow, PeopleStore } from './store.ts'

/** How long an authentication counts as presence (assumed). */
const presenceMs = 10 * MINUTE

type LinkAnswer = z.output<typeof linkAnswer>
type Asked<Body> = { body: Body; provider: string; requestId: string }

export type Linking = {
  link(asked: Asked<z.output<typeof linkRequest>>): Promise<LinkAnswer>
  /** Whether there was a consent to withdraw; 404 or 409 for an authentication that is unknown or too old. */
  withdrawConsent(asked: Asked<z.output<typeof consentWithdrawal>>): Promise<boolean>
}

type Parts = { store: PeopleStore; links: ActorKind<typeof linkMachine>; consents: Consents }

export const createLinking = (site: Site, { store, links, consents }: Parts): Linking => {
  const presence = async (
    authenticationId: string,
    provider: string,
  ): Promise<AuthenticationRow | 'unknown' | 'stale'> => {
    const found = await store.authentication(authenticationId)
    if (found === undefined || found.provider !== provider) return 'unknown'
    return site.clock.now() > found.at + presenceMs ? 'stale' : found
  }

  const isKnown = async (holder: string, reference: string, requestId: string): Promise<boolean> => {
    // Insurers and card issuers answer this question alike.
    const party = site.network.connect<InsurerApp>(holder)
    try {
      return (await answer(party['reference-queries'].$post({ json: { reference } }, once(requestId)))).known
    } catch (cause) {
      if (cause instanceof Unreachable)
        throw new Problem(503, 'holder-unreachable', `no answer from ${holder} about the reference`, { cause })
      // A party that is no holder of references knows none.
      if (cause instanceof Problem && cause.status < 500) return false
      if (cause instanceof Problem)
        throw new Problem(502, 'holder-failed', `${holder} answered ${cause.status} about the reference`, { cause })
      throw cause
    }
  }

  return {
    link: async ({ body, provider, requestId }) => {
      const { authenticationId, purpose, holder, reference } = body
      const present = await presence(authenticationId, provider)
      if (present === 'unknown') return { outcome: 'refused', reason: 'authentication-unknown' }
      if (present === 'stale') return { outcome: 'refused', reason: 'authentication-stale' }
      if (!(await isKnown(holder, reference, requestId))) return { outcome: 'refused', reason: 'reference-unknown' }
      const { subjectId } = present
      const made = await store.putLink({ linkId: `link-${site.random.id()}`, subjectId, purpose, holder, reference })
      if (made === undefined) return { outcome: 'refused', reason: 'already-linked' }
      const { linkId, replaces } = made
      await links.start(linkId, { subjectId, purpose, holder, reference, ...(replaces !== null && { replaces }) })
      await consents.give({ subjectId, provider, purpose }, requestId)
      return { outcome: 'linked', linkId }
    },
    withdrawConsent: async ({ body, provider, requestId }) => {
      const present = await presence(body.authenticationId, provider)
      if (present === 'unknown')
        throw new Problem(404, 'authentication-unknown', 'this provider has no such authentication')
      if (present === 'stale')
        throw new Problem(409, 'authentication-stale', 'the authentication is too old to prove presence')
      return consents.withdraw({ subjectId: present.subjectId, provider, purpose: body.purpose }, requestId)
    },
  }
}
