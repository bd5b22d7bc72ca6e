/**
 * OCSP answers (RFC 6960) from data as of the last quarter of an hour. The way to an answer reads no database: standings are in memory
 * (statusTable.ts), and what was asked without a nonce before is answered with the same bytes until the quarter is over.
 */
import { createHash } from 'node:crypto'
import type { Site } from '../core/site.ts'
import { MalformedError } from '../pki/malformed.ts'
import {
  certIdHashes,
  certIdOf,
  createOcspError,
  parseOcspRequest,
  type CertId,
  type OcspRequest,
} from '../pki/ocsp.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import type { CertStatus } from '../pki/revocation.ts'
import type { Authorities, Generation } from './authority.ts'
import { ocspPeriodMs, type OcspSigners } from './ocspSigner.ts'
import type { Statuses } from './store.ts'

/** `pre-signed`: answers without a nonce are made once a period; `fresh`: each is made anew. */
export type OcspMode = 'pre-signed' | 'fresh'

/** Answers kept of one period (assumed): some 2 kB each. Beyond that the oldest make room. */
const mostKept = 50_000

export type OcspReply = {
  response: Uint8Array<ArrayBuffer>
  /** Certificates asked about; 0 for what is no request. */
  checks: number
  /** For answers that everybody may be given until `nextUpdate`: not those with a nonce, nor errors. */
  shared?: { etag: string; thisUpdate: number; nextUpdate: number }
}

const read = (der: Uint8Array): OcspRequest | undefined => {
  try {
    return parseOcspRequest(der)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

const issuerText = ({ issuerNameHash, issuerKeyHash }: CertId) => `${issuerNameHash} ${issuerKeyHash}`

type Parts = { authorities: Authorities; statuses: Statuses; signers: OcspSigners; mode: OcspMode }

export const createOcspAnswers = (site: Site, { authorities, statuses, signers, mode }: Parts) => {
  const kept = new Map<string, OcspReply>()
  let keptAt = 0

  /** Generations by the hashes that name them in requests; filled as generations come. */
  const named: Record<CertificateKind, Map<string, Generation>> = { signature: new Map(), authentication: new Map() }
  const noted = new Set<Generation>()
  const note = (kind: CertificateKind) => {
    for (const of of authorities.list(kind)) {
      if (noted.has(of)) continue
      noted.add(of)
      for (const hash of certIdHashes) named[kind].set(issuerText(certIdOf(of.certificate, '01', hash)), of)
    }
  }
  const generationOf = (kind: CertificateKind, id: CertId): Generation | undefined => {
    const text = issuerText(id)
    const known = named[kind].get(text)
    if (known !== undefined) return known
    note(kind)
    return named[kind].get(text)
  }
  for (const kind of certificateKinds) note(kind)

  /** A revocation is seen from the next quarter of an hour on; that delay is part of the real system. */
  const statusOf = (of: Generation, id: CertId, thisUpdate: number): CertStatus => {
    const standing = statuses[of.kind].of(id.serialNumber)
    if (standing?.generation !== of.generation) return { certStatus: 'unknown' }
    const { revoked } = standing
    return revoked === undefined || revoked.revocationDate >= thisUpdate
      ? { certStatus: 'good' }
      : { certStatus: 'revoked', ...revoked }
  }

  /** One key signs for one generation: what belongs to another than the first known is unknown to it. */
  const make = async (kind: CertificateKind, { certIds, nonce }: OcspRequest, now: number): Promise<OcspReply> => {
    const thisUpdate = Math.floor(now / ocspPeriodMs) * ocspPeriodMs
    const nextUpdate = thisUpdate + ocspPeriodMs
    const issuers = certIds.map((id) => generationOf(kind, id))
    const of = issuers.find((issuer) => issuer !== undefined) ?? authorities.list(kind)[0]
    const responder = of && (await signers.responderOf(of, now))
    if (of === undefined || responder === undefined)
      return { response: createOcspError('unauthorized'), checks: certIds.length }
    const responses = certIds.map((certId, index) => {
      const status: CertStatus = issuers[index] === of ? statusOf(of, certId, thisUpdate) : { certStatus: 'unknown' }
      return { certId, status, thisUpdate, nextUpdate }
    })
    const response = await responder({ producedAt: now, responses, ...(nonce && { nonce }) })
    const reply = { response, checks: certIds.length }
    // a certificate may be issued at any time: that it is unknown must not be said a moment longer than it is true
    if (nonce !== undefined || responses.some(({ status }) => status.certStatus === 'unknown')) return reply
    const etag = `"${createHash('sha256').update(response).digest('base64url')}"`
    return { ...reply, shared: { etag, thisUpdate, nextUpdate } }
  }

  const keep = (question: string, reply: OcspReply) => {
    if (kept.size >= mostKept)
      for (const oldest of kept.keys()) {
        kept.delete(oldest)
        break
      }
    kept.set(question, reply)
  }

  /** What is no request gets an OCSP error, which is free. */
  return async (kind: CertificateKind, der: Uint8Array): Promise<OcspReply> => {
    const now = site.clock.now()
    const period = Math.floor(now / ocspPeriodMs)
    if (period !== keptAt) {
      kept.clear()
      keptAt = period
    }
    const question = `${kind} ${Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1')}`
    const earlier = kept.get(question)
    if (earlier !== undefined) return earlier
    const request = read(der)
    if (request === undefined) return { response: createOcspError('malformedRequest'), checks: 0 }
    const reply = await make(kind, request, now)
    if (mode === 'pre-signed' && reply.shared !== undefined && period === keptAt) keep(question, reply)
    return reply
  }
}

export type AnswerOcsp = ReturnType<typeof createOcspAnswers>
