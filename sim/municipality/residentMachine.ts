/** The life of a resident in the register 住民基本台帳, with the card and its certificates. */
import type { MakeCard, Resident, ResidentEvent } from './resident.ts'
import { both, nextRequest, residentSetup, withdrawal } from './residentSetup.ts'

const issueCard = {
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
const loseCard = {
  target: '#resident.registered.lost',
  actions: [
    {
      type: 'tellAuthority',
      params: ({ context, event }: { context: Resident; event: Extract<ResidentEvent, { type: 'card.lost' }> }) =>
        withdrawal(context, { kinds: both, reason: 'certificateHold', at: event.at }),
    },
    { type: 'noteInvalid', params: both },
    'dropCard',
  ],
} as const

/** A change of what the signature certificate says ends it; the authentication certificate says nothing and stays. */
const endSignature = [
  {
    type: 'tellAuthority',
    params: ({ context, event }: { context: Resident; event: { at: number } }) =>
      withdrawal(context, { kinds: ['signature'], reason: 'affiliationChanged', at: event.at }),
  },
  { type: 'noteInvalid', params: ['signature'] },
] as const

const cardIdOf = ({ context }: { context: Resident }) => context.card?.cardId ?? ''

export const residentMachine = residentSetup.createMachine({
  id: 'resident',
  context: ({ input }) => ({
    ...input,
    basicFour: null,
    arrival: null,
    card: null,
    newCard: null,
    publicKeys: {},
    certificates: [],
    refusal: null,
  }),
  on: {
    // nobody waits for it any more: the resident died, left or lost the card meanwhile
    'certificate.issued': {
      actions: {
        type: 'tellAuthority',
        params: ({ context, event }) => ({
          certificates: [{ kind: event.issued.kind, serialNumber: event.issued.serialNumber }],
          reason: 'unspecified',
          dueAt: event.at + context.residentNetworkDelayMs,
        }),
      },
    },
  },
  initial: 'absent',
  states: {
    absent: {
      on: {
        'resident.registered': { target: 'registered', actions: 'noteRegistration' },
        'resident.arrived': { target: 'arriving', actions: 'noteArrival' },
      },
    },
    arriving: {
      entry: { type: 'askRecord', params: ({ context }) => context.arrival ?? { from: '', address: '' } },
      on: {
        'record.received': [
          { guard: 'bringsCard', target: 'registered.active', actions: ['noteRecord', ...endSignature] },
          { target: 'registered.noCard', actions: 'noteRecord' },
        ],
        'record.refused': { target: 'absent', actions: 'noteRefusal' },
      },
    },
    registered: {
      initial: 'noCard',
      on: {
        'resident.moved': { actions: ['noteAddress', ...endSignature] },
        'resident.renamed': { actions: ['noteName', ...endSignature] },
        'resident.departed': { target: 'departed', actions: 'stopWaiting' },
        'resident.died': {
          target: 'dead',
          actions: [
            {
              // assumed: J-LIS CPS 4.9.9 says only that the certificate is no longer needed
              type: 'tellAuthority',
              params: ({ context, event }) =>
                withdrawal(context, { kinds: both, reason: 'cessationOfOperation', at: event.at }),
            },
            { type: 'noteInvalid', params: both },
            'stopWaiting',
          ],
        },
      },
      states: {
        noCard: { on: { 'card.requested': issueCard } },
        makingCard: {
          on: {
            'card.made': { guard: 'isNewCard', target: 'certifying', actions: 'handOver' },
            'card.refused': [
              { guard: 'hasCard', target: 'active', actions: ['noteRefusal', 'stopWaiting'] },
              { target: 'noCard', actions: ['noteRefusal', 'stopWaiting'] },
            ],
          },
        },
        renewingKeys: {
          on: {
            'keys.made': {
              guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
              target: 'certifying',
              actions: 'noteKeys',
            },
            'card.refused': { target: 'active', actions: 'noteRefusal' },
            'card.lost': loseCard,
          },
        },
        certifying: {
          entry: { type: 'requestCertificate', params: ({ context }) => nextRequest(context) },
          on: {
            'certificate.issued': {
              guard: { type: 'isOfThisCard', params: ({ event }) => event.issued.cardId },
              actions: [
                'noteCertificate',
                {
                  type: 'writeCertificate',
                  params: ({ event: { issued, certificate, caCertificate } }) => {
                    const { cardId, kind } = issued
                    return { cardId, kind, certificate, caCertificate }
                  },
                },
              ],
            },
            'certificate.refused': [
              {
                guard: { type: 'isOfThisCardAndUsable', params: ({ event }) => event.cardId },
                target: 'active',
                actions: ['noteRefusal', 'stopWaiting'],
              },
              {
                guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
                target: 'noCard',
                actions: ['noteRefusal', 'dropCard'],
              },
            ],
            'certificate.written': [
              {
                guard: { type: 'isOfThisCardAndMoreWait', params: ({ event }) => event.cardId },
                target: 'certifying',
                reenter: true,
                actions: 'noteWritten',
              },
              {
                guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
                target: 'active',
                actions: 'noteWritten',
              },
            ],
            'card.lost': loseCard,
          },
        },
        active: {
          on: {
            'card.requested': issueCard,
            'card.lost': loseCard,
            'renewal.requested': {
              target: 'renewingKeys',
              actions: [
                'forgetRefusal',
                {
                  type: 'makeKeys',
                  params: ({ context }) => ({
                    cardId: cardIdOf({ context }),
                    kinds: both.filter((kind) => context.certificates.some((held) => held.kind === kind)),
                  }),
                },
              ],
            },
            'signature.requested': {
              target: 'renewingKeys',
              actions: [
                'forgetRefusal',
                {
                  type: 'makeKeys',
                  params: ({ context, event: { signaturePassword } }) => ({
                    cardId: cardIdOf({ context }),
                    kinds: ['signature'],
                    ...(signaturePassword !== undefined && { signaturePassword }),
                  }),
                },
              ],
            },
          },
        },
        lost: { on: { 'card.requested': issueCard } },
      },
    },
    departed: { on: { 'resident.arrived': { target: 'arriving', actions: 'noteArrival' } } },
    dead: {},
  },
})
