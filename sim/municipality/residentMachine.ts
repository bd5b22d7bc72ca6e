/** The life of a resident in the register 住民基本台帳, with the card and its certificates. */
import type { Resident } from './resident.ts'
import {
  ceaseAll,
  destroyOwn,
  destroyReturned,
  endSignature,
  finishExchange,
  holdAll,
  issueCard,
  loseCard,
  loseReplacedCard,
} from './residentAction.ts'
import { idsOf, nextRequest, renewedKinds, residentSetup } from './residentSetup.ts'

const cardIdOf = ({ context }: { context: Resident }) => context.card?.cardId ?? ''

export const residentMachine = residentSetup.createMachine({
  id: 'resident',
  context: ({ input }) => ({
    ...input,
    basicFour: null,
    arrival: null,
    card: null,
    newCard: null,
    replacedCard: null,
    lostCard: null,
    formerCardIds: [],
    publicKeys: {},
    certificates: [],
    refusal: null,
  }),
  on: {
    // nobody waits for it any more: the resident died, left or lost the card meanwhile, or newer keys were made
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
    'card.made': { guard: 'isNobodys', actions: destroyReturned },
    // also after a move, abroad, or for the dead
    'card.returned': { guard: 'isFormer', actions: [destroyReturned, 'forgetFormerCard'] },
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
          { guard: 'bringsLostCard', target: 'registered.lost', actions: 'noteRecord' },
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
        'resident.departed': { target: 'departed', actions: ['leaveReplaced', 'stopWaiting'] },
        'resident.emigrated': {
          target: 'abroad',
          actions: [
            ...ceaseAll,
            {
              type: 'destroyCards',
              params: ({ context }) => ({ cardIds: idsOf(context.card, context.replacedCard) }),
            },
            { type: 'endCards', params: ({ context }) => idsOf(context.lostCard) },
          ],
        },
        'resident.died': {
          target: 'dead',
          actions: [
            ...ceaseAll,
            {
              type: 'endCards',
              params: ({ context }) => idsOf(context.card, context.replacedCard, context.lostCard),
            },
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
              { guard: 'hasLostCard', target: 'lost', actions: ['noteRefusal', 'stopWaiting'] },
              { target: 'noCard', actions: ['noteRefusal', 'stopWaiting'] },
            ],
            'card.lost': { guard: 'hasCard', actions: holdAll },
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
            // an order that a loss had overtaken was carried out after all: the card has these keys now
            'keys.made': {
              guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
              target: 'certifying',
              reenter: true,
              actions: 'noteKeys',
            },
            'certificate.issued': {
              guard: 'isAwaited',
              actions: [
                'noteCertificate',
                {
                  type: 'writeCertificate',
                  params: ({ event: { issued, publicKey, certificate, caCertificate } }) => {
                    const { cardId, kind } = issued
                    return { cardId, kind, publicKey, certificate, caCertificate }
                  },
                },
              ],
            },
            'certificate.refused': [
              {
                guard: { type: 'isOfThisCardAndUsable', params: ({ event }) => event.cardId },
                target: 'active',
                actions: ['noteRefusal', 'stopWaiting', ...finishExchange],
              },
              {
                guard: { type: 'isOfThisCardAndExchanged', params: ({ event }) => event.cardId },
                target: 'active',
                actions: ['noteRefusal', destroyOwn, 'takeOldBack'],
              },
              {
                guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
                target: 'noCard',
                actions: ['noteRefusal', destroyOwn, 'dropCard'],
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
                guard: { type: 'isOfThisCardAndExchanged', params: ({ event }) => event.cardId },
                target: 'active',
                actions: ['noteWritten', ...finishExchange],
              },
              {
                guard: { type: 'isOfThisCard', params: ({ event }) => event.cardId },
                target: 'active',
                actions: 'noteWritten',
              },
            ],
            'card.lost': [loseReplacedCard, loseCard],
          },
        },
        active: {
          on: {
            'card.requested': issueCard,
            'card.lost': loseCard,
            'card.returned': {
              guard: 'isInUse',
              target: 'noCard',
              actions: [...ceaseAll, destroyReturned, 'dropCard'],
            },
            'renewal.requested': {
              target: 'renewingKeys',
              actions: [
                'forgetRefusal',
                {
                  type: 'makeKeys',
                  params: ({ context }) => ({
                    cardId: cardIdOf({ context }),
                    kinds: renewedKinds(context),
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
        lost: {
          on: {
            'card.requested': issueCard,
            'card.found': { target: 'active', actions: 'noteFind' },
            'card.returned': { guard: 'isLost', target: 'noCard', actions: [destroyReturned, 'forgetLostCard'] },
          },
        },
      },
    },
    departed: { on: { 'resident.arrived': { target: 'arriving', actions: 'noteArrival' } } },
    /** 国外転出: whoever comes back is registered anew. */
    abroad: { on: { 'resident.registered': { target: 'registered', actions: 'noteRegistration' } } },
    dead: {},
  },
})
