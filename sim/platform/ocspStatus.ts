/** Certificate status by OCSP: one question to the CA for one certificate, its answer shared by all change checks while it is fresh. */
import { Unreachable } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import { MalformedError } from '../pki/malformed.ts'
import {
  certIdOf,
  checkOcspResponse,
  createOcspRequest,
  type OcspResponse,
  parseOcspResponse,
  sameCertId,
} from '../pki/ocsp.ts'
import type { Meter } from './meter.ts'
import type { KnownStatus, StatusQuestion, StatusSource } from './revocation.ts'

/** RFC 9654 section 2.1 wants 32 octets. */
const nonceBytes = 32
/** From so many shared answers on, those that ran out are cleared away (assumed). */
const mostShared = 10_000

/** What was learnt, and until when others may rely on it: `nextUpdate`, or not at all. */
type Learnt = { status: KnownStatus; until: number }

const parsed = (der: Uint8Array): OcspResponse | undefined => {
  try {
    return parseOcspResponse(der)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

export const createOcspSource = (site: Site, meter: Meter): StatusSource => {
  const shared = new Map<string, Learnt>()
  const underWay = new Map<string, Promise<Learnt | undefined>>()

  const post = async (kind: StatusQuestion['kind'], request: Uint8Array): Promise<OcspResponse | undefined> => {
    const ca = site.network.connect<CaApp>('ca')
    const headers = { 'content-type': 'application/ocsp-request' }
    try {
      const response = await ca.ocsp[':kind'].$post(
        { param: { kind } },
        { headers, init: { body: new Uint8Array(request) } },
      )
      const body = new Uint8Array(await response.arrayBuffer())
      return response.ok ? parsed(body) : undefined
    } catch (error) {
      if (error instanceof Unreachable) return undefined
      throw error
    }
  }

  const keep = (key: string, learnt: Learnt) => {
    const now = site.clock.now()
    if (shared.size >= mostShared) for (const [old, { until }] of shared) if (until <= now) shared.delete(old)
    shared.set(key, learnt)
  }

  const ask = async ({ certificate, issuer, kind, purpose }: StatusQuestion): Promise<Learnt | undefined> => {
    const nonce = site.random.bytes(nonceBytes)
    const response = await post(kind, createOcspRequest({ issuer, serialNumbers: [certificate.serialNumber], nonce }))
    if (response?.responseStatus !== 'successful') return undefined
    await meter.askedOfCa({ kind, method: 'ocsp', purpose })
    const status = checkOcspResponse(response, { issuer, certificate, now: site.clock.now(), nonce })
    if ('refused' in status) return undefined
    const single = response.responses.find(({ certId }) =>
      sameCertId(certId, certIdOf(issuer, certificate.serialNumber, certId.hashAlgorithm)),
    )
    if (single === undefined) return undefined
    const learnt = { status: { ...status, asOf: single.thisUpdate }, until: single.nextUpdate ?? 0 }
    keep(`${kind} ${certificate.fingerprint}`, learnt)
    return learnt
  }

  /** Two providers that check the same certificate at the same time wait for one answer. */
  const askTogether = (question: StatusQuestion): Promise<Learnt | undefined> => {
    const key = `${question.kind} ${question.certificate.fingerprint}`
    const asking = underWay.get(key) ?? ask(question).finally(() => underWay.delete(key))
    underWay.set(key, asking)
    return asking
  }

  return {
    method: 'ocsp',
    of: async (question) => {
      if (question.purpose === 'verification') return (await ask(question))?.status
      const held = shared.get(`${question.kind} ${question.certificate.fingerprint}`)
      if (held !== undefined && site.clock.now() < held.until) return held.status
      return (await askTogether(question))?.status
    },
  }
}
