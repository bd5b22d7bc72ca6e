/** OCSP answers (RFC 6960), made for each question from data as of the last quarter of an hour. */
import type { Site } from '../core/site.ts'
import { MalformedError } from '../pki/malformed.ts'
import {
  certIdOf,
  createOcspError,
  createOcspResponse,
  parseOcspRequest,
  sameCertId,
  type CertId,
  type OcspRequest,
} from '../pki/ocsp.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodes, type CertStatus } from '../pki/revocation.ts'
import type { Authorities } from './authority.ts'
import { createOcspSigners, ocspPeriodMs } from './ocspSigner.ts'
import type { CaStore } from './store.ts'

const read = (der: Uint8Array): OcspRequest | undefined => {
  try {
    return parseOcspRequest(der)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

export const createOcspAnswers = (site: Site, parts: { store: CaStore; authorities: Authorities }) => {
  const { store, authorities } = parts
  const { signerFor } = createOcspSigners(site, parts)

  /** A revocation younger than `thisUpdate` is not seen yet; that delay is part of the real system. */
  const statusOf = async (kind: CertificateKind, id: CertId, thisUpdate: number): Promise<CertStatus> => {
    const own = certIdOf(authorities[kind].certificate, id.serialNumber, id.hashAlgorithm)
    if (!sameCertId(id, own)) return { certStatus: 'unknown' }
    const [issued, revocation] = await Promise.all([
      store.find(kind, id.serialNumber),
      store.revocationOf(kind, id.serialNumber),
    ])
    if (issued === undefined) return { certStatus: 'unknown' }
    if (revocation === undefined || revocation.revocationDate > thisUpdate) return { certStatus: 'good' }
    const { revocationDate, reason } = revocation
    return { certStatus: 'revoked', revocationDate, reasonCode: reasonCodes[reason] }
  }

  /** The answer as DER and how many certificates were asked about; what is no request gets an OCSP error, which is free. */
  return async (kind: CertificateKind, der: Uint8Array): Promise<{ response: Uint8Array; checks: number }> => {
    const request = read(der)
    if (request === undefined) return { response: createOcspError('malformedRequest'), checks: 0 }
    const now = site.clock.now()
    const thisUpdate = Math.floor(now / ocspPeriodMs) * ocspPeriodMs
    const { certIds, nonce } = request
    const responses = await Promise.all(
      certIds.map(async (certId) => ({
        certId,
        status: await statusOf(kind, certId, thisUpdate),
        thisUpdate,
        nextUpdate: thisUpdate + ocspPeriodMs,
      })),
    )
    const responder = await signerFor(kind, now)
    const response = await createOcspResponse({ responder, producedAt: now, responses, ...(nonce && { nonce }) })
    return { response, checks: certIds.length }
  }
}

export type AnswerOcsp = ReturnType<typeof createOcspAnswers>
