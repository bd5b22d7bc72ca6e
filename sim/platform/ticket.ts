/** Tickets: a provider's leave to ask one holder about one person for one purpose, and what the holder learns from them. */
import type { z } from 'zod'
import { MINUTE } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import type { ticketRedemption } from '../messages/link.ts'
import type { LinkPurpose, ticket as ticketSchema } from '../messages/verification.ts'
import type { Consents } from './consent.ts'
import type { PeopleStore } from './store.ts'

/** Long enough for a reception or a viewing, too short to be worth keeping (assumed). */
const ticketLifeMs = 15 * MINUTE

type Ticket = z.output<typeof ticketSchema>
type Missing = { purpose: LinkPurpose; lacks: 'link' | 'consent' }
type Redemption = z.output<typeof ticketRedemption>

type Asked = {
  subjectId: string
  provider: string
  purposes: LinkPurpose[]
  consentGiven: boolean
  requestId: string
}

export type Tickets = {
  issue(asked: Asked): Promise<{ tickets: Ticket[]; missing: Missing[] }>
  redeem(of: { ticket: string; bearer: string; audience: string }): Promise<Redemption>
}

export const createTickets = (site: Site, store: PeopleStore, consents: Consents): Tickets => {
  const issueOne = async (asked: Asked, purpose: LinkPurpose): Promise<Ticket | Missing> => {
    const { subjectId, provider, consentGiven, requestId } = asked
    const link = await store.activeLink(subjectId, purpose)
    if (link === undefined) return { purpose, lacks: 'link' }
    const of = { subjectId, provider, purpose }
    if (consentGiven) await consents.give(of, requestId)
    if ((await consents.givenAt(of)) === undefined) return { purpose, lacks: 'consent' }
    // 24 bytes (assumed): nobody guesses a ticket
    const ticket = Buffer.from(site.random.bytes(24)).toString('base64url')
    const issuedAt = site.clock.now()
    const expiresAt = issuedAt + ticketLifeMs
    await store.addTicket({ ticket, linkId: link.linkId, bearer: provider, issuedAt, expiresAt })
    return { purpose, audience: link.holder, ticket, expiresAt }
  }

  return {
    issue: async (asked) => {
      const tickets: Ticket[] = []
      const missing: Missing[] = []
      for (const purpose of new Set(asked.purposes)) {
        const outcome = await issueOne(asked, purpose)
        if ('ticket' in outcome) tickets.push(outcome)
        else missing.push(outcome)
      }
      return { tickets, missing }
    },
    redeem: async ({ ticket, bearer, audience }) => {
      const found = await store.ticketWithLink(ticket)
      // Whoever it is not meant for does not learn that it exists; a link that was replaced gives nothing away any more.
      if (found === undefined || found.link.holder !== audience || !found.link.active)
        return { outcome: 'refused', reason: 'unknown' }
      if (found.ticket.bearer !== bearer) return { outcome: 'refused', reason: 'wrong-bearer' }
      if (site.clock.now() >= found.ticket.expiresAt) return { outcome: 'refused', reason: 'expired' }
      const { subjectId, purpose, reference } = found.link
      const givenAt = await consents.givenAt({ subjectId, provider: bearer, purpose })
      // A consent given anew does not bring back tickets from before the withdrawal.
      if (givenAt === undefined || givenAt > found.ticket.issuedAt)
        return { outcome: 'refused', reason: 'consent-withdrawn' }
      return { outcome: 'valid', purpose, reference, bearer, expiresAt: found.ticket.expiresAt }
    },
  }
}
