/** Consents on record: whether a person lets this provider use a link for this purpose, and since when. */
import type { ActorKind } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { LinkPurpose } from '../messages/verification.ts'
import type { consentMachine } from './consentMachine.ts'

type ConsentOf = { subjectId: string; provider: string; purpose: LinkPurpose }

export type Consents = {
  /** When the standing consent was given; undefined without one. */
  givenAt(of: ConsentOf): Promise<number | undefined>
  /** Does nothing when consent stands. */
  give(of: ConsentOf, requestId: string): Promise<void>
  /** False when there was none to withdraw. */
  withdraw(of: ConsentOf, requestId: string): Promise<boolean>
}

export const createConsents = (site: Site, actors: ActorKind<typeof consentMachine>): Consents => {
  const idOf = ({ subjectId, provider, purpose }: ConsentOf) => `${subjectId} ${provider} ${purpose}`
  return {
    givenAt: async (of) => {
      const consent = await actors.find(idOf(of))
      return consent?.state === 'given' ? consent.context.givenAt : undefined
    },
    give: async (of, requestId) => {
      const at = site.clock.now()
      const { state } = await actors.start(idOf(of), { ...of, at })
      if (state === 'withdrawn') await actors.send(idOf(of), { type: 'consent.given', at }, requestId)
    },
    withdraw: async (of, requestId) => {
      try {
        await actors.send(idOf(of), { type: 'consent.withdrawn', at: site.clock.now() }, requestId)
        return true
      } catch (error) {
        // Never given, or withdrawn by another request.
        if (error instanceof Problem && (error.status === 404 || error.status === 409)) return false
        throw error
      }
    },
  }
}
