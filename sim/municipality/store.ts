/** The register 住民基本台帳 as it is read: its entries are the residents' lives, which the actors keep; it has no tables of its own. */
import type { z } from 'zod'
import type { State } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { residentRecord } from '../messages/residence.ts'
import type { residentMachine } from './residentMachine.ts'

export type ResidentRecord = z.output<typeof residentRecord>
type Resident = State<typeof residentMachine>

/** `registered`, `departed`, …: the word of the register; how far a card has come is told by its certificates. */
export const residenceOf = ({ state }: Resident): string => {
  const [name] = state.startsWith('{') ? Object.keys(JSON.parse(state)) : [state]
  return name ?? state
}

/** A certificate past its end is not valid at `now` either. */
export const recordOf = (resident: Resident, now: number): ResidentRecord => {
  const { id: residentId, context } = resident
  const { basicFour, card, lostCard, formerCardIds, certificates } = context
  const expiresAt = (card ?? lostCard)?.expiresAt
  if (basicFour === null) throw new Problem(404, 'no-such-resident', `there is no resident ${residentId}`)
  return {
    residentId,
    state: residenceOf(resident),
    basicFour,
    ...(card !== null && { cardId: card.cardId }),
    ...(lostCard !== null && { lostCardId: lostCard.cardId }),
    ...(expiresAt !== undefined && { cardExpiresAt: expiresAt }),
    formerCardIds,
    certificates: certificates.map(({ kind, serialNumber, notAfter, cardId, valid }) => {
      return { kind, serialNumber, notAfter, cardId, valid: valid && now <= notAfter }
    }),
  }
}
