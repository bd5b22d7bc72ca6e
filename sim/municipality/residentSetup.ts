/** What a resident's life is made of: the conditions and actions that its chart (residentMachine.ts) names. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { ageAt, endOfBirthday } from '../pki/validity.ts'
import type {
  Arrival,
  DestroyCards,
  HeldCard,
  HeldCertificate,
  MakeCard,
  MakeKeys,
  RequestCertificate,
  Resident,
  ResidentEvent,
  TellAuthority,
  WriteCertificate,
} from './resident.ts'

/** A card ends on the tenth birthday after its issue, below 18 on the fifth (notices of municipalities to residents). */
const cardEnd = (dateOfBirth: string, at: number) =>
  endOfBirthday(dateOfBirth, at, ageAt(dateOfBirth, at) < 18 ? 5 : 10)

const newCardOf = ({ basicFour }: Resident, cardId: string, at: number): HeldCard => {
  if (basicFour === null) throw new Error('a card for nobody')
  return { cardId, expiresAt: cardEnd(basicFour.dateOfBirth, at) }
}

export const both: readonly CertificateKind[] = ['authentication', 'signature']

/** What must be told to the authority when certificates of these kinds are no longer right; none if none is valid. */
export const withdrawal = (
  { certificates, residentNetworkDelayMs }: Pick<Resident, 'certificates' | 'residentNetworkDelayMs'>,
  why: { kinds: readonly CertificateKind[]; reason: RevocationReason; at: number },
): TellAuthority => ({
  certificates: certificates
    .filter(({ kind, valid }) => valid && why.kinds.includes(kind))
    .map(({ kind, serialNumber }) => ({ kind, serialNumber })),
  reason: why.reason,
  dueAt: why.at + residentNetworkDelayMs,
})

/** As `withdrawal`, of what is on any card but the one that the resident has or is getting. */
export const withdrawalElsewhere = (resident: Resident, why: { reason: RevocationReason; at: number }) =>
  withdrawal(
    { ...resident, certificates: resident.certificates.filter(({ cardId }) => cardId !== resident.card?.cardId) },
    { kinds: both, ...why },
  )

/** Both kinds, but no signature certificate for whose card has none (under 15, or not wanted), though an earlier card may have had one. */
export const renewedKinds = ({ card, certificates }: Pick<Resident, 'card' | 'certificates'>): CertificateKind[] =>
  both.filter(
    (kind) =>
      kind === 'authentication' || certificates.some((held) => held.kind === kind && held.cardId === card?.cardId),
  )

export const idsOf = (...cards: (HeldCard | null)[]): string[] =>
  cards.flatMap((card) => (card === null ? [] : [card.cardId]))

/** The authentication certificate comes first: a signature certificate may not outlive it. */
export const nextRequest = ({ card, publicKeys, certificates }: Resident): RequestCertificate => {
  const kind = publicKeys.authentication === undefined ? 'signature' : 'authentication'
  const publicKey = publicKeys[kind]
  if (card === null || publicKey === undefined) throw new Error('no key waits for a certificate')
  const replaces = certificates.find((held) => held.kind === kind)?.serialNumber
  return { card, kind, publicKey, ...(replaces !== undefined && { replaces }) }
}

/** Whether a certificate for this key is still waited for: a loss ends the wait, and keys made later take the place of earlier ones. */
export const isAwaited = (
  { card, publicKeys }: Pick<Resident, 'card' | 'publicKeys'>,
  { cardId, kind, publicKey }: Pick<WriteCertificate, 'cardId' | 'kind' | 'publicKey'>,
) => cardId === card?.cardId && publicKeys[kind] === publicKey

const without = (certificates: HeldCertificate[], kinds: readonly CertificateKind[]) =>
  certificates.map((held) => (kinds.includes(held.kind) ? { ...held, valid: false } : held))

export const residentSetup = setup({
  types: {
    context: {} as Resident,
    events: {} as ResidentEvent,
    input: {} as { residentNetworkDelayMs: number },
  },
  guards: {
    hasCard: ({ context }) => context.card !== null,
    hasLostCard: ({ context }) => context.lostCard !== null,
    isExchanging: ({ context }) => context.replacedCard !== null,
    bringsCard: ({ event }) => event.type === 'record.received' && event.record.card !== null,
    bringsLostCard: ({ event }) => event.type === 'record.received' && event.record.lostCard !== null,
    isInUse: ({ context, event }) => event.type === 'card.returned' && event.cardId === context.card?.cardId,
    isLost: ({ context, event }) => event.type === 'card.returned' && event.cardId === context.lostCard?.cardId,
    isFormer: ({ context, event }) => event.type === 'card.returned' && context.formerCardIds.includes(event.cardId),
    isNobodys: ({ context, event }) => event.type === 'card.made' && event.cardId !== context.card?.cardId,
    isNewCard: ({ context, event }) => event.type === 'card.made' && event.cardId === context.newCard?.cardId,
    isOfThisCard: ({ context }, cardId: string) => cardId === context.card?.cardId,
    isAwaited: ({ context, event }) =>
      event.type === 'certificate.issued' && isAwaited(context, { ...event.issued, publicKey: event.publicKey }),
    isOfThisCardAndMoreWait: ({ context }, cardId: string) =>
      cardId === context.card?.cardId && Object.keys(context.publicKeys).length > 1,
    isOfThisCardAndExchanged: ({ context }, cardId: string) =>
      cardId === context.card?.cardId && context.replacedCard !== null,
    isOfThisCardAndUsable: ({ context }, cardId: string) =>
      cardId === context.card?.cardId &&
      context.certificates.some((held) => held.kind === 'authentication' && held.cardId === cardId),
  },
  actions: {
    askRecord: effect<Arrival>(),
    makeCard: effect<MakeCard>(),
    makeKeys: effect<MakeKeys>(),
    requestCertificate: effect<RequestCertificate>(),
    writeCertificate: effect<WriteCertificate>(),
    destroyCards: effect<DestroyCards>(),
    tellAuthority: effect<TellAuthority>(),
    noteRegistration: assign(({ event }) =>
      event.type === 'resident.registered' ? { basicFour: event.basicFour } : {},
    ),
    noteArrival: assign(({ event }) =>
      event.type === 'resident.arrived' ? { arrival: event.arrival, refusal: null } : {},
    ),
    noteRecord: assign(({ context, event }) => {
      if (event.type !== 'record.received' || context.arrival === null) return {}
      const { basicFour, card, lostCard, formerCardIds, certificates } = event.record
      return {
        basicFour: { ...basicFour, address: context.arrival.address },
        ...{ card, lostCard, formerCardIds, newCard: null, replacedCard: null, publicKeys: {} },
        certificates,
        arrival: null,
      }
    }),
    noteAddress: assign(({ context: { basicFour }, event }) =>
      event.type === 'resident.moved' && basicFour !== null
        ? { basicFour: { ...basicFour, address: event.address } }
        : {},
    ),
    noteName: assign(({ context: { basicFour }, event }) =>
      event.type === 'resident.renamed' && basicFour !== null ? { basicFour: { ...basicFour, name: event.name } } : {},
    ),
    noteNewCard: assign(({ context, event }) =>
      event.type === 'card.requested' ? { newCard: newCardOf(context, event.cardId, event.at) } : {},
    ),
    /** The card is there; whichever was lost before it cannot be found back any more. */
    handOver: assign(({ context: { card, newCard, lostCard, formerCardIds }, event }) =>
      event.type === 'card.made'
        ? {
            ...{ card: newCard, newCard: null, replacedCard: card, publicKeys: event.publicKeys },
            ...{ lostCard: null, formerCardIds: [...formerCardIds, ...idsOf(lostCard)] },
          }
        : {},
    ),
    endExchange: assign({ replacedCard: null }),
    takeOldBack: assign(({ context: { replacedCard } }) => ({
      card: replacedCard,
      replacedCard: null,
      publicKeys: {},
    })),
    noteLoss: assign(({ context: { card } }) => ({ card: null, lostCard: card, publicKeys: {} })),
    leaveReplaced: assign(({ context: { replacedCard, formerCardIds } }) => ({
      replacedCard: null,
      formerCardIds: [...formerCardIds, ...idsOf(replacedCard)],
    })),
    noteFind: assign(({ context: { lostCard } }) => ({ card: lostCard, lostCard: null })),
    forgetLostCard: assign({ lostCard: null }),
    forgetFormerCard: assign(({ context: { formerCardIds }, event }) =>
      event.type === 'card.returned' ? { formerCardIds: formerCardIds.filter((id) => id !== event.cardId) } : {},
    ),
    /** No card is in use any more; those that nobody brought may still turn up. */
    endCards: assign(({ context: { formerCardIds } }, notHere: string[]) => ({
      ...{ card: null, newCard: null, replacedCard: null, lostCard: null, publicKeys: {} },
      formerCardIds: [...formerCardIds, ...notHere],
    })),
    noteKeys: assign(({ event }) => (event.type === 'keys.made' ? { publicKeys: event.publicKeys } : {})),
    noteCertificate: assign(({ context: { certificates }, event }) =>
      event.type === 'certificate.issued'
        ? { certificates: [...certificates.filter(({ kind }) => kind !== event.issued.kind), event.issued] }
        : {},
    ),
    noteWritten: assign(({ context: { publicKeys }, event }) => {
      if (event.type !== 'certificate.written') return {}
      const { [event.kind]: _, ...waiting } = publicKeys
      return { publicKeys: waiting }
    }),
    noteInvalid: assign(({ context: { certificates } }, kinds: readonly CertificateKind[]) => ({
      certificates: without(certificates, kinds),
    })),
    noteInvalidElsewhere: assign(({ context: { card, certificates } }) => ({
      certificates: certificates.map((held) => (held.cardId === card?.cardId ? held : { ...held, valid: false })),
    })),
    dropCard: assign({ card: null, newCard: null, publicKeys: {} }),
    stopWaiting: assign({ newCard: null, publicKeys: {} }),
    noteRefusal: assign(({ event }) => ('refusal' in event ? { refusal: event.refusal } : {})),
    forgetRefusal: assign({ refusal: null }),
  },
})
