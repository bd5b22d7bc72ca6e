/** What a resident's life sets in motion elsewhere: at the card, the certification authority and other municipalities. */
import type { ActorKind, Effect } from '../core/actors.ts'
import { answer, once, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import type { CardApp } from '../card/index.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { MunicipalityApp } from './index.ts'
import type { noticeMachine } from './noticeMachine.ts'
import type {
  Arrival,
  DestroyCards,
  MakeCard,
  MakeKeys,
  PublicKeys,
  Refusal,
  RequestCertificate,
  TellAuthority,
  WriteCertificate,
} from './resident.ts'
import type { residentMachine } from './residentMachine.ts'
import { isAwaited } from './residentSetup.ts'

type Notices = ActorKind<typeof noticeMachine>
export type Neighbours = { ca: string; card: string }

const noticeId = (kind: CertificateKind, serialNumber: string) => `${kind}-${serialNumber}`

/** The answer, or why it was refused; a neighbour that failed (status 500 and above) is as good as unreachable, and tried again. */
const orRefusal = async <T>(to: string, call: Promise<T>): Promise<{ answer: T } | { refusal: Refusal }> => {
  try {
    return { answer: await call }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.status >= 500) throw new Unreachable(to, 'down', error)
    return { refusal: { status: error.status, code: error.code, detail: error.message } }
  }
}

const orRetry = async <T>(to: string, call: Promise<T>): Promise<T> => {
  const result = await orRefusal(to, call)
  if ('answer' in result) return result.answer
  const { status, code, detail } = result.refusal
  throw new Problem(status, code, detail)
}

export const noticeEffects = (site: Site, { ca }: Neighbours): Record<string, Effect<typeof noticeMachine>> => ({
  revoke: async ({ context: { kind, serialNumber, reason }, requestId }) => {
    const revocations = site.network.connect<CaApp>(ca).certificates[':kind'][':serialNumber'].revocations
    await orRetry(ca, answer(revocations.$post({ param: { kind, serialNumber }, json: { reason } }, once(requestId))))
    return { type: 'notice.delivered' }
  },
})

export const residentEffects = (
  site: Site,
  { ca: caId, card: cardParty }: Neighbours,
  notices: Notices,
): Record<string, Effect<typeof residentMachine>> => {
  const ca = site.network.connect<CaApp>(caId)
  const card = site.network.connect<CardApp>(cardParty)

  /** A notice still on its way must arrive before the certificate is replaced, or the reason for its end would be lost. */
  const hurry = async (kind: CertificateKind, serialNumber: string) => {
    const id = noticeId(kind, serialNumber)
    const notice = await notices.find(id)
    if (notice === undefined || notice.done) return
    const { state } = notice.state === 'waiting' ? await notices.send(id, { type: 'notice.due' }) : notice
    if (state !== 'delivered') throw new Unreachable(caId, 'down')
  }

  return {
    askRecord: async ({ id: residentId, params, requestId }) => {
      const { from }: Arrival = params
      const departures = site.network.connect<MunicipalityApp>(from).residents[':residentId'].departures
      const result = await orRefusal(from, answer(departures.$post({ param: { residentId } }, once(requestId))))
      if ('refusal' in result) return { type: 'record.refused', refusal: result.refusal }
      const { basicFour, cardId, lostCardId, cardExpiresAt: expiresAt = 0, formerCardIds, certificates } = result.answer
      const card = cardId === undefined ? null : { cardId, expiresAt }
      const lostCard = lostCardId === undefined ? null : { cardId: lostCardId, expiresAt }
      const record = { basicFour, card, lostCard, formerCardIds, certificates }
      return { type: 'record.received', record, at: site.clock.now() }
    },

    makeCard: async ({ params, requestId }) => {
      const json: MakeCard = params
      const result = await orRefusal(cardParty, answer(card.index.$post({ json }, once(requestId))))
      if ('refusal' in result) return { type: 'card.refused', refusal: result.refusal }
      const { cardId, publicKeys } = result.answer
      const { authentication, signature } = publicKeys
      return {
        type: 'card.made',
        cardId,
        publicKeys: { authentication, ...(signature !== undefined && { signature }) },
      }
    },

    makeKeys: async ({ params, requestId }) => {
      const { cardId, kinds, signaturePassword }: MakeKeys = params
      const publicKeys: PublicKeys = {}
      for (const key of kinds) {
        const json = { key, ...(signaturePassword !== undefined && { signaturePassword }) }
        const call = card[':cardId'].keys.$post({ param: { cardId }, json }, once(`${requestId}:${key}`))
        const result = await orRefusal(cardParty, answer(call))
        if ('refusal' in result) return { type: 'card.refused', refusal: result.refusal }
        publicKeys[key] = result.answer.publicKey
      }
      return { type: 'keys.made', cardId, publicKeys }
    },

    requestCertificate: async ({ context, params, requestId, attempts }) => {
      const { basicFour } = context
      const { card: held, kind, publicKey, replaces }: RequestCertificate = params
      const awaited = isAwaited(context, { cardId: held.cardId, kind, publicKey })
      // one that was asked for before may have been issued, and then must be revoked
      if (!awaited && attempts === 0) return undefined
      if (basicFour === null) throw new Error('a certificate for nobody')
      if (replaces !== undefined) await hurry(kind, replaces)
      const { cardId, expiresAt } = held
      const json = {
        ...{ kind, cardId, publicKey, dateOfBirth: basicFour.dateOfBirth, cardExpiresAt: expiresAt },
        ...(kind === 'signature' && { basicFour }),
        ...(replaces !== undefined && { replaces }),
      }
      const result = await orRefusal(caId, answer(ca.certificates.$post({ json }, once(requestId))))
      if ('refusal' in result)
        return awaited
          ? { type: 'certificate.refused', cardId, refusal: result.refusal, at: site.clock.now() }
          : undefined
      const { serialNumber, certificate, caCertificate, notAfter } = result.answer
      const issued = { kind, serialNumber, notAfter, cardId, valid: true }
      return { type: 'certificate.issued', issued, publicKey, certificate, caCertificate, at: site.clock.now() }
    },

    writeCertificate: async ({ context, params, requestId }) => {
      const { cardId, publicKey, ...json }: WriteCertificate = params
      const call = card[':cardId'].certificates.$post({ param: { cardId }, json }, once(requestId))
      const result = await orRefusal(cardParty, answer(call))
      if ('answer' in result) return { type: 'certificate.written', cardId, kind: json.kind, at: site.clock.now() }
      const { status, code, detail } = result.refusal
      // the card was handed in or given other keys meanwhile: nobody waits for the certificate
      if (code === 'card-disabled' || !isAwaited(context, { cardId, kind: json.kind, publicKey })) return undefined
      throw new Problem(status, code, detail)
    },

    destroyCards: async ({ params, requestId }) => {
      const { cardIds }: DestroyCards = params
      for (const cardId of cardIds) {
        const call = card[':cardId'].disablements.$post({ param: { cardId } }, once(`${requestId}:${cardId}`))
        await orRetry(cardParty, answer(call))
      }
    },

    tellAuthority: async ({ params }) => {
      const { certificates, reason, dueAt }: TellAuthority = params
      for (const { kind, serialNumber } of certificates)
        await notices.start(noticeId(kind, serialNumber), { kind, serialNumber, reason, dueAt })
    },
  }
}
