/** What is done together in a resident's life, by the names that the chart (residentMachine.ts) uses. */
import type { MakeCard, Resident, ResidentEvent } from './resident.ts'
import { both, idsOf, withdrawal, withdrawalElsewhere } from './residentSetup.ts'

export const issueCard = {
  target: '#resident.registered.makingCard',
  actions: [
    'forgetRefusal',
    'noteNewCard',
    {
      type: 'makeCard',
      params: ({ event }: { event: Extract<ResidentEvent, { type: 'card.requested' }> }): MakeCard => {
        const { cardId, authenticationPin, signaturePassword } = event
        return { cardId, authenticationPin, ...(signaturePassword !== undefined && { signaturePassword }) }
      },
    },
  ],
} as const

/** A lost card is reported as a hold, since its key may not be safe (assumed; J-LIS CPS 4.9.9 names no loss). */
export const holdAll = [
  {
    type: 'tellAuthority',
    params: ({ context, event }: { context: Resident; event: { at: number } }) =>
      withdrawal(context, { kinds: both, reason: 'certificateHold', at: event.at }),
  },
  { type: 'noteInvalid', params: both },
  'noteLoss',
] as const

export const loseCard = { target: '#resident.registered.lost', actions: holdAll } as const

/** While the new card waits for its certificates the resident still has the old one, and that is lost. */
export const loseReplacedCard = {
  guard: 'isExchanging',
  actions: [
    {
      type: 'tellAuthority',
      params: ({ context, event }: { context: Resident; event: { at: number } }) =>
        withdrawalElsewhere(context, { reason: 'certificateHold', at: event.at }),
    },
    'noteInvalidElsewhere',
    'leaveReplaced',
  ],
} as const

/** Nobody needs the certificates any more: the reason is J-LIS CPS 4.9.9's "no longer needed" (assumed for each of these cases). */
export const ceaseAll = [
  {
    type: 'tellAuthority',
    params: ({ context, event }: { context: Resident; event: { at: number } }) =>
      withdrawal(context, { kinds: both, reason: 'cessationOfOperation', at: event.at }),
  },
  { type: 'noteInvalid', params: both },
] as const

/** The new card is complete: the old one is destroyed, and what only that one had (a signature certificate not wanted again) ends. */
export const finishExchange = [
  {
    type: 'tellAuthority',
    params: ({ context, event }: { context: Resident; event: { at: number } }) =>
      withdrawalElsewhere(context, { reason: 'cessationOfOperation', at: event.at }),
  },
  'noteInvalidElsewhere',
  { type: 'destroyCards', params: ({ context }: { context: Resident }) => ({ cardIds: idsOf(context.replacedCard) }) },
  'endExchange',
] as const

export const destroyReturned = {
  type: 'destroyCards',
  params: ({ event }: { event: { cardId: string } }) => ({ cardIds: [event.cardId] }),
} as const

export const destroyOwn = {
  type: 'destroyCards',
  params: ({ context }: { context: Resident }) => ({ cardIds: idsOf(context.card) }),
} as const

/** A change of what the signature certificate says ends it; the authentication certificate says nothing and stays. */
export const endSignature = [
  {
    type: 'tellAuthority',
    params: ({ context, event }: { context: Resident; event: { at: number } }) =>
      withdrawal(context, { kinds: ['signature'], reason: 'affiliationChanged', at: event.at }),
  },
  { type: 'noteInvalid', params: ['signature'] },
] as const
