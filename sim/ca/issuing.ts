/** Issues residents' certificates for municipalities: who gets which, for how long, and what becomes of the one replaced. */
import type { z } from 'zod'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { certificateIssued, certificateRequest } from '../messages/certificate.ts'
import { certificateValidity, type CardGeneration } from '../pki/validity.ts'
import { checkPublicKey, placeOf, type Certifying } from './certifying.ts'
import type { Municipalities } from './crlSchedule.ts'
import type { Revoke } from './revoking.ts'
import type { CaStore, IssuedRow } from './store.ts'

type Asked = z.output<typeof certificateRequest>
/** `requestKey` stands for one order: repeated, it is answered with the same certificate. */
export type Order = { asked: Asked; municipality: string; requestKey: string }

type Parts = {
  store: CaStore
  municipalities: Municipalities
  certifying: Certifying
  revoke: Revoke
  cardGeneration: CardGeneration
}

const checkBasicFour = ({ kind, basicFour, dateOfBirth }: Asked) => {
  const refuse = (reason: string) =>
    new Problem(422, 'wrong-basic-four', `the basic four do not fit: ${reason}`, {
      errors: [{ field: '/basicFour', reason }],
    })
  if (kind === 'signature' && basicFour === undefined) throw refuse('needed in a signature certificate')
  if (kind === 'authentication' && basicFour !== undefined) throw refuse('not in an authentication certificate')
  if (basicFour !== undefined && basicFour.dateOfBirth !== dateOfBirth) throw refuse('another date of birth')
}

export const createIssuing = (site: Site, parts: Parts) => {
  const { store, municipalities, certifying, revoke, cardGeneration } = parts

  /** The named certificate, or else the last of this kind on the card. */
  const replacedBy = async ({ kind, replaces }: Asked, ofCard: IssuedRow[]): Promise<IssuedRow | undefined> => {
    if (replaces === undefined) return ofCard.find((row) => row.kind === kind)
    const replaced = await store.find(kind, replaces)
    if (replaced === undefined || replaced.medium !== 'card') {
      const errors = [{ field: '/replaces', reason: `no ${kind} certificate of a card of this authority` }]
      throw new Problem(422, 'unknown-certificate', `there is no ${kind} certificate ${replaces}`, { errors })
    }
    return replaced
  }

  const isGood = async ({ kind, serialNumber, notAfter }: IssuedRow, now: number) =>
    now <= notAfter && (await store.revocationOf(kind, serialNumber)) === undefined

  /** A card's end as it was first told holds, whoever asks later: no certificate outlives its card. */
  const validityOf = async (asked: Asked, { ofCard, replaced }: { ofCard: IssuedRow[]; replaced?: IssuedRow }) => {
    const { kind, dateOfBirth } = asked
    const issuedAt = Math.floor(site.clock.now() / SECOND) * SECOND
    const cardExpiresAt = Math.min(asked.cardExpiresAt, ...ofCard.map((row) => row.cardExpiresAt))
    const authentication = ofCard.find((row) => row.kind === 'authentication')
    const renews = replaced !== undefined && (await isGood(replaced, issuedAt))
    const validity = certificateValidity({
      ...{ kind, dateOfBirth, issuedAt, cardNotAfter: cardExpiresAt, cardGeneration },
      ...(authentication && { authenticationNotAfter: authentication.notAfter }),
      ...(renews && { renewedNotAfter: replaced.notAfter }),
    })
    if (validity.result === 'refused')
      throw new Problem(422, validity.reason, 'no signature certificate is issued below 15 years of age')
    const { notBefore, notAfter } = validity
    if (notAfter <= notBefore) throw new Problem(422, 'card-expired', `card ${asked.cardId} has expired`)
    return { notBefore, notAfter, cardExpiresAt }
  }

  const make = async ({ asked, municipality, requestKey }: Order): Promise<IssuedRow> => {
    placeOf(municipalities, municipality)
    checkBasicFour(asked)
    checkPublicKey(asked.publicKey)
    const { kind, cardId, publicKey, basicFour } = asked
    const ofCard = await store.ofCard(cardId)
    const replaced = await replacedBy(asked, ofCard)
    const validity = await validityOf(asked, { ofCard, ...(replaced && { replaced }) })
    return certifying.make({
      ...{ kind, medium: 'card', cardId, publicKey, municipality, requestKey, ...validity },
      ...(basicFour && { basicFour }),
      ...(replaced && { replaced }),
    })
  }

  /** Every step may be done again: a repeated order finishes what a crash left. */
  return async (order: Order): Promise<z.output<typeof certificateIssued>> => {
    const row = (await store.issuedFor(order.requestKey)) ?? (await make(order))
    const issued = await certifying.begin(row)
    if (row.replaced !== null)
      await revoke({ kind: row.kind, serialNumber: row.replaced }, 'superseded', order.requestKey)
    return issued
  }
}

export type Issue = ReturnType<typeof createIssuing>
