/** Issues residents' certificates for municipalities: who gets which, for how long, and what becomes of the one replaced. */
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import type { certificateIssued, certificateRequest } from '../messages/certificate.ts'
import { issueResidentCertificate } from '../pki/certificate.ts'
import { importPublicKey } from '../pki/key.ts'
import { MalformedError } from '../pki/malformed.ts'
import { certificateValidity } from '../pki/validity.ts'
import type { Authorities } from './authority.ts'
import type { Municipalities } from './crlPublication.ts'
import type { certificateMachine } from './machine.ts'
import type { Revoke } from './revoking.ts'
import { drawSerialNumber } from './serialNumber.ts'
import type { CaStore, IssuedRow } from './store.ts'

type Asked = z.output<typeof certificateRequest>
/** `requestKey` stands for one order: repeated, it is answered with the same certificate. */
export type Order = { asked: Asked; municipality: string; requestKey: string }

type Parts = {
  store: CaStore
  authorities: Authorities
  municipalities: Municipalities
  certificates: ActorKind<typeof certificateMachine>
  revoke: Revoke
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

const checkPublicKey = (publicKey: string) => {
  try {
    importPublicKey(publicKey)
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause
    const errors = [{ field: '/publicKey', reason: cause.reason }]
    throw new Problem(422, 'malformed-public-key', 'the public key cannot be certified', { errors, cause })
  }
}

export const createIssuing = (site: Site, { store, authorities, municipalities, certificates, revoke }: Parts) => {
  /** The named certificate, or else the last of this kind on the card. */
  const replacedBy = async ({ kind, replaces }: Asked, ofCard: IssuedRow[]): Promise<IssuedRow | undefined> => {
    if (replaces === undefined) return ofCard.find((row) => row.kind === kind)
    const replaced = await store.find(kind, replaces)
    if (replaced === undefined) {
      const errors = [{ field: '/replaces', reason: `no ${kind} certificate of this authority` }]
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
      kind,
      dateOfBirth,
      issuedAt,
      cardNotAfter: cardExpiresAt,
      ...(authentication && { authenticationNotAfter: authentication.notAfter }),
      ...(renews && { renewedNotAfter: replaced.notAfter }),
    })
    if (validity.result === 'refused')
      throw new Problem(422, validity.reason, 'no signature certificate is issued below 15 years of age')
    const { notBefore } = validity
    const notAfter = Math.min(validity.notAfter, authorities[kind].certificate.notAfter)
    if (notAfter <= notBefore) throw new Problem(422, 'card-expired', `card ${asked.cardId} has expired`)
    return { notBefore, notAfter, cardExpiresAt }
  }

  const freshSerialNumber = async (asked: Asked): Promise<string> => {
    const serialNumber = drawSerialNumber(site.random)
    return (await store.find(asked.kind, serialNumber)) === undefined ? serialNumber : freshSerialNumber(asked)
  }

  const make = async ({ asked, municipality, requestKey }: Order): Promise<IssuedRow> => {
    const place = municipalities[municipality]
    if (place === undefined)
      throw new Problem(403, 'unknown-municipality', `${municipality} is no municipality of this authority`)
    checkBasicFour(asked)
    checkPublicKey(asked.publicKey)
    const { kind, cardId, publicKey, basicFour } = asked
    const ofCard = await store.ofCard(cardId)
    const replaced = await replacedBy(asked, ofCard)
    const { cardExpiresAt, ...validity } = await validityOf(asked, { ofCard, ...(replaced && { replaced }) })
    const serialNumber = await freshSerialNumber(asked)
    const number = await store.nextNumber()
    const certificate = await issueResidentCertificate({
      kind,
      ca: authorities[kind].authority,
      serialNumber: BigInt(`0x${serialNumber}`),
      publicKey,
      ...validity,
      municipality: place,
      subjectSequence: number,
      ...(basicFour && { basicFour }),
    })
    const row = {
      ...{ kind, serialNumber, number, requestKey, cardId, cardExpiresAt, municipality, ...validity },
      replaced: replaced?.serialNumber ?? null,
      certificate: toBase64(certificate),
    }
    if (await store.addCertificate(row)) return row
    return (await store.issuedFor(requestKey)) ?? row
  }

  /** Every step may be done again: a repeated order finishes what a crash left. */
  return async (order: Order): Promise<z.output<typeof certificateIssued>> => {
    const row = (await store.issuedFor(order.requestKey)) ?? (await make(order))
    const { kind, serialNumber, cardId, municipality, notBefore, notAfter, certificate } = row
    const actorId = `${kind}-${serialNumber}`
    await certificates.start(actorId, { kind, serialNumber, cardId, notAfter, municipality })
    if (row.replaced !== null) await revoke({ kind, serialNumber: row.replaced }, 'superseded', order.requestKey)
    return { serialNumber, certificate, notBefore, notAfter }
  }
}

export type Issue = ReturnType<typeof createIssuing>
