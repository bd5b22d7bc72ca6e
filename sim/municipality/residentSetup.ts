/** What a resident's life is made of: the conditions and actions that its chart (residentMachine.ts) names. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { ageAt, endOfBirthday } from '../pki/validity.ts'
import type {
  Arrival,
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
  { certificates, residentNetworkDelayMs }: Resident,
  why: { kinds: readonly CertificateKind[]; reason: RevocationReason; at: number },
): TellAuthority => ({
  certificates: certificates
    .filter(({ kind, valid }) => valid && why.kinds.includes(kind))
    .map(({ kind, serialNumber }) => ({ kind, serialNumber })),
  reason: why.reason,
  dueAt: why.at + residentNetworkDelayMs,
})

/** The authentication certificate comes first: a signature certificate may not outlive it. */
export const nextRequest = ({ card, publicKeys, certificates }: Resident): RequestCertificate => {
  const kind = publicKeys.authentication === undefined ? 'signature' : 'authentication'
  const publicKey = publicKeys[kind]
  if (card === null || publicKey === undefined) throw new Error('no key waits for a certificate')
  const replaces = certificates.find((held) => held.kind === kind)?.serialNumber
  return { card, kind, publicKey, ...(replaces !== undefined && { replaces }) }
}

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
    bringsCard: ({ event }) => event.type === 'record.received' && event.record.cardId !== undefined,
    isNewCard: ({ context, event }) => event.type === 'card.made' && event.cardId === context.newCard?.cardId,
    isOfThisCard: ({ context }, cardId: string) => cardId === context.card?.cardId,
    isOfThisCardAndMoreWait: ({ context }, cardId: string) =>
      cardId === context.card?.cardId && Object.keys(context.publicKeys).length > 1,
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
    tellAuthority: effect<TellAuthority>(),
    noteRegistration: assign(({ event }) =>
      event.type === 'resident.registered' ? { basicFour: event.basicFour } : {},
    ),
    noteArrival: assign(({ event }) =>
      event.type === 'resident.arrived' ? { arrival: event.arrival, refusal: null } : {},
    ),
    noteRecord: assign(({ context, event }) => {
      if (event.type !== 'record.received' || context.arrival === null) return {}
      const { basicFour, cardId, certificates } = event.record
      return {
        basicFour: { ...basicFour, address: context.arrival.address },
        // when it was issued is not in the record; the authority keeps to the end it was first told (issuing.ts there)
        card: cardId === undefined ? null : { cardId, expiresAt: cardEnd(basicFour.dateOfBirth, event.at) },
        newCard: null,
        publicKeys: {},
        certificates: certificates.map((held) => ({ ...held, cardId: cardId ?? '' })),
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
    handOver: assign(({ context: { newCard }, event }) =>
      event.type === 'card.made' ? { card: newCard, newCard: null, publicKeys: event.publicKeys } : {},
    ),
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
    dropCard: assign({ card: null, newCard: null, publicKeys: {} }),
    stopWaiting: assign({ newCard: null, publicKeys: {} }),
    noteRefusal: assign(({ event }) => ('refusal' in event ? { refusal: event.refusal } : {})),
    forgetRefusal: assign({ refusal: null }),
  },
})
