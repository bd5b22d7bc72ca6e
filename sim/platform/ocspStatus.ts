/** Certificate status by OCSP: one question to the CA for one certificate, its answer shared by all checks until its nextUpdate. */
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
import { createBoundedCache } from './boundedCache.ts'
import type { Meter } from './meter.ts'
import type { KnownStatus, StatusQuestion, StatusSource } from './revocation.ts'
import type { Trust } from './trust.ts'

/** RFC 9654 section 2.1 wants 32 octets. */
const nonceBytes = 32
/** So many answers are kept (assumed): about 3 kB each with the bytes the CA signed. */
const mostAnswers = 50_000

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

/** What a CertID names (RFC 6960 section 4.1.1): the CA's key and the serial number, whatever the certificate's other bytes are. */
const nameOf = ({ serialNumber, issuer }: StatusQuestion) => `${issuer.fingerprint} ${serialNumber}`

export const createOcspSource = (site: Site, meter: Meter, trust?: Pick<Trust, 'anchors'>): StatusSource => {
  const answers = createBoundedCache<string, Learnt>(mostAnswers)
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

  const ask = async (question: StatusQuestion): Promise<Learnt | undefined> => {
    const { issuer, kind, purpose } = question
    const certificate = await question.certificate()
    const nonce = site.random.bytes(nonceBytes)
    const response = await post(kind, createOcspRequest({ issuer, serialNumbers: [certificate.serialNumber], nonce }))
    if (response?.responseStatus !== 'successful') return undefined
    meter.askedOfCa({ kind, method: 'ocsp', purpose })
    const status = checkOcspResponse(response, { issuer, certificate, now: site.clock.now(), nonce })
    if ('refused' in status) return undefined
    const single = response.responses.find(({ certId }) =>
      sameCertId(certId, certIdOf(issuer, certificate.serialNumber, certId.hashAlgorithm)),
    )
    if (single === undefined) return undefined
    const evidence = { type: 'ocsp', der: response.der } as const
    const learnt = { status: { ...status, asOf: single.thisUpdate, evidence }, until: single.nextUpdate ?? 0 }
    answers.set(nameOf(question), learnt)
    return learnt
  }

  /** Two that check the same certificate at the same time wait for one answer. */
  const askTogether = (question: StatusQuestion): Promise<Learnt | undefined> => {
    const name = nameOf(question)
    const asking = underWay.get(name) ?? ask(question).finally(() => underWay.delete(name))
    underWay.set(name, asking)
    return asking
  }

  let learntUnder = trust?.anchors()

  const held = (question: StatusQuestion): KnownStatus | undefined => {
    // Other anchors: what was learnt under the earlier ones is asked for again.
    if (learntUnder !== trust?.anchors()) {
      learntUnder = trust?.anchors()
      answers.clear()
    }
    const learnt = answers.get(nameOf(question))
    return learnt !== undefined && site.clock.now() < learnt.until ? learnt.status : undefined
  }

  return {
    method: 'ocsp',
    held,
    of: async (question) => held(question) ?? (await askTogether(question))?.status,
    state: () => [],
  }
}
