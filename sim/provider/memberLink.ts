/** A member has the card linked where the number belongs: at the insurer's counter, or on the card issuer's member page. */
import type { z } from 'zod'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { memberLink, memberLinkAnswer } from '../messages/link.ts'
import type { challengeIssued, LinkPurpose } from '../messages/verification.ts'
import type { PlatformApp } from '../platform/index.ts'

type Answer = z.output<typeof memberLinkAnswer>

export type MemberLinking = {
  /** A challenge for the member's card. */
  challenge(requestId: string): Promise<z.output<typeof challengeIssued>>
  /** Check the card's proof at the platform, then link the certificate to `reference`, which this party itself holds. */
  link(reference: string, asked: z.output<typeof memberLink>, requestId: string): Promise<Answer>
}

export const createMemberLinking = (site: Site, purpose: LinkPurpose): MemberLinking => {
  const platform = () => site.network.connect<PlatformApp>('platform')
  return {
    challenge: (requestId) => answer(platform().challenges.$post(undefined, once(`${requestId}:challenge`))),
    link: async (reference, { challengeId, certificate, signature, consentGiven }, requestId) => {
      const proof = { challengeId, certificate, signature }
      const present = await answer(
        platform().authentications.$post({ json: proof }, once(`${requestId}:authentication`)),
      )
      if (present.outcome === 'refused') return { outcome: 'refused', reason: present.reason }
      const json = { authenticationId: present.authenticationId, purpose, holder: site.id, reference, consentGiven }
      return answer(platform().links.$post({ json }, once(`${requestId}:link`)))
    },
  }
}
