/** A document with evidence for tests: signed, stamped and kept in a small hierarchy whose keys are new in every run. */
import { type Authority, issueCaCertificate, parseCertificate } from './certificate.ts'
import { trustAnchors } from './chain.ts'
import { signDocument } from './cms.ts'
import { issueCrl } from './crlIssue.ts'
import { digest } from './digest.ts'
import { addEvidence, type StatusEvidence } from './evidence.ts'
import { generateKeyPair, type KeyAlgorithm, type KeyPair, keySigner } from './key.ts'
import { certIdOf, createOcspResponse } from './ocsp.ts'
import { crlDistributionPoint } from './profile.ts'
import { readSignedData, readSignerInfo } from './signedData.ts'
import { createAuthority, createOcspSigner, day, issueSignature, kiyose, now } from './testHierarchy.ts'
import { createTimeStamp, timeStampAnchors, type TimeStampAuthority } from './timeStamp.ts'
import { issueTimeStampCertificate } from './timeStampCertificate.ts'

export const minute = 60_000
const document = new TextEncoder().encode('口座開設申込書')

/** An authority for time-stamps whose certificate begins a day before `now` and ends after `days`. */
export async function createTimeStampAuthority(days = 3650): Promise<TimeStampAuthority> {
  const keyPair = await generateKeyPair('p-256')
  const certificate = await issueTimeStampCertificate({
    ...{ keyPair, commonName: 'Evidence', serialNumber: 0x77n },
    ...{ notBefore: now - day, notAfter: now + days * day },
  })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

type Status = { certStatus: 'good' } | { certStatus: 'revoked'; revocationDate: number; reasonCode: number }
export type AnswerOptions = { status?: Status; thisUpdate?: number; serialNumber?: string; producedAt?: number }

/** The next card's CA, as it may look. */
async function createEcdsaAuthority(algorithm: KeyAlgorithm): Promise<Authority> {
  const keyPair = await generateKeyPair(algorithm)
  const lifetime = { notBefore: now - 1000 * day, notAfter: now + 2000 * day }
  const certificate = await issueCaCertificate({ kind: 'signature', keyPair, serialNumber: 3n, ...lifetime })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

/** Everything to sign a document, to answer for its certificate, and to keep both. */
export async function createEvidenceBench(algorithm: KeyAlgorithm = 'rsa-2048') {
  const ca = algorithm === 'rsa-2048' ? await createAuthority('signature') : await createEcdsaAuthority(algorithm)
  const responder = await createOcspSigner('signature', ca)
  const keyPair = await generateKeyPair(algorithm)
  const tsa = await createTimeStampAuthority()
  const issuer = parseCertificate(ca.certificate)
  const certificate = await issueSignature({ ca, keyPair, notAfter: now + 400 * day })
  const { serialNumber } = parseCertificate(certificate)

  const answer = async (options: AnswerOptions = {}, by: Authority = responder): Promise<StatusEvidence> => {
    const { status = { certStatus: 'good' }, thisUpdate = now - minute, producedAt = thisUpdate } = options
    const certId = certIdOf(issuer, options.serialNumber ?? serialNumber)
    const responses = [{ certId, status, thisUpdate, nextUpdate: thisUpdate + 15 * minute }]
    return { type: 'ocsp', der: await createOcspResponse({ responder: by, producedAt, responses }) }
  }
  const list = async (options: AnswerOptions = {}): Promise<StatusEvidence> => {
    const { status = { certStatus: 'good' }, thisUpdate = now - minute } = options
    const entries = status.certStatus === 'revoked' ? [{ serialNumber, ...status }] : []
    const distributionPoint = crlDistributionPoint('signature', kiyose)
    const der = await issueCrl({
      ca,
      thisUpdate,
      nextUpdate: thisUpdate + day,
      crlNumber: 9,
      entries,
      distributionPoint,
    })
    return { type: 'crl', der }
  }

  const sign = (
    by: { detached?: boolean; withoutCertificate?: boolean; certificate?: Uint8Array; keyPair?: KeyPair } = {},
  ) =>
    signDocument({
      ...{ document, certificate, signingTime: now - 5000, ...by },
      signer: keySigner((by.keyPair ?? keyPair).privateKey),
    })
  let stamps = 0n
  const keep = (cms: Uint8Array, status: StatusEvidence[], rest: Partial<Parameters<typeof addEvidence>[0]> = {}) =>
    addEvidence({
      ...{ cms, issuer: ca.certificate, status, authority: tsa, at: now, drawSerialNumber: () => ++stamps },
      ...rest,
    })

  /** The signature stamped at `now`, the rest of the evidence only at `at`. */
  const keepLater = async (cms: Uint8Array, status: StatusEvidence[], at: number) => {
    const { signerInfos } = readSignedData(cms)
    const signature = signerInfos[0] && readSignerInfo(signerInfos[0])?.signature
    if (!signature) throw new Error('no signature')
    const imprint = digest('sha256', signature)
    const serialNumber = ++stamps
    const signatureTimeStamp = await createTimeStamp({
      ...{ authority: tsa, imprint, digestName: 'sha256', serialNumber, at: now },
    })
    return keep(cms, status, { signatureTimeStamp, at })
  }

  return {
    ...{
      ca,
      responder,
      keepLater,
      keyPair,
      tsa,
      issuer,
      certificate,
      serialNumber,
      document,
      answer,
      list,
      sign,
      keep,
    },
    anchors: trustAnchors([{ kind: 'signature', der: ca.certificate }]),
    tsaAnchors: timeStampAnchors([tsa.certificate]),
  }
}

export type EvidenceBench = Awaited<ReturnType<typeof createEvidenceBench>>
