/** Signed documents (署名): verified for a provider, and the certificate kept for its change checks if the document consents to that. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import type { BasicFour } from '../messages/person.ts'
import {
  application,
  type RetentionLaw,
  type signatureAnswer,
  type signatureRequest,
} from '../messages/verification.ts'
import type { Certificate } from '../pki/certificate.ts'
import { type Beside, type DocumentRefusal, type SignedDocument, verifySignedDocument } from '../pki/cms.ts'
import { MalformedError } from '../pki/malformed.ts'
import { type Answered, type CertificateCheck, refuse, type Refusal } from './certificateCheck.ts'
import type { EvidenceKeeping, ToKeep } from './evidence.ts'
import type { storedCertificateMachine } from './storedCertificateMachine.ts'

type Request = z.output<typeof signatureRequest>
type Answer = z.output<typeof signatureAnswer>
type Verified = Extract<SignedDocument, { result: 'ok' }>

export type SignatureVerification = (asked: {
  request: Request
  provider: string
  requestId: string
}) => Promise<Answered<Answer>>

const refusalOf: Record<DocumentRefusal, Refusal['reason']> = {
  'not-one-signer': 'malformed',
  'no-signed-attributes': 'malformed',
  'no-signer-certificate': 'no-certificate',
  'no-document': 'no-document',
  'two-documents': 'malformed',
  'wrong-certificate': 'bad-signature',
  'wrong-digest': 'bad-signature',
  'bad-signature': 'bad-signature',
  unsupported: 'unsupported',
}

const readDocument = (cms: Uint8Array, beside: Beside): Verified | Refusal => {
  try {
    const signed = verifySignedDocument(cms, beside)
    return signed.result === 'ok' ? signed : refuse(refusalOf[signed.reason])
  } catch (error) {
    if (error instanceof MalformedError) return refuse('malformed')
    throw error
  }
}

/** Whether the document is an application to `provider` in which the signer agrees to change checks (変更情報利用許諾). */
const consents = (document: Uint8Array, provider: string): boolean => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(document))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false
    throw error
  }
  const parsed = application.safeParse(value)
  return parsed.success && parsed.data.provider === provider && parsed.data.changeCheckConsent
}

const basicFourOf = ({ basicFour }: Certificate): BasicFour | undefined => {
  if (basicFour === undefined) return undefined
  const { name, dateOfBirth, sex, address } = basicFour
  return { name, dateOfBirth, sex, address }
}

/** What came beside the signature, which may hold it all itself. */
const besideOf = ({ document, certificate }: Request): Beside => ({
  ...(document !== undefined && { document: fromBase64(document) }),
  ...(certificate !== undefined && { certificate: fromBase64(certificate) }),
})

type Parts = {
  check: CertificateCheck
  stored: ActorKind<typeof storedCertificateMachine>
  evidence: Pick<EvidenceKeeping, 'keep'>
}

export const createSignatureVerification = (site: Site, { check, stored, evidence }: Parts): SignatureVerification => {
  /** One request keeps one certificate, however often it is repeated. */
  const keep = async (certificate: Certificate, provider: string, requestId: string): Promise<string> => {
    const digest = createHash('sha256')
      .update(JSON.stringify([provider, requestId]))
      .digest('hex')
    const { id } = await stored.start(`stored-${digest.slice(0, 24)}`, {
      provider,
      certificate: toBase64(certificate.der),
      notAfter: certificate.notAfter,
      consentedAt: site.clock.now(),
    })
    return id
  }

  /** From memory for a certificate seen before: that saves most of the work. */
  const read = (der: Uint8Array): Certificate => {
    const certificate = check.read(der)
    if (certificate === undefined) throw new MalformedError('certificate')
    return certificate
  }

  /** Nothing where none is asked for. */
  const keepEvidence = async (
    signed: { cms: Uint8Array; document?: Uint8Array },
    about: Omit<ToKeep, 'cms' | 'document' | 'keptFor'>,
    keptFor: RetentionLaw | undefined,
  ): Promise<{ evidenceId?: string } | { refusal: Refusal }> => {
    if (keptFor === undefined) return {}
    const { cms, document } = signed
    return evidence.keep({ ...about, cms, keptFor, ...(document && { document }) })
  }

  return async ({ request, provider, requestId }) => {
    const refused = (refusal: Refusal, checks = 0) => ({ answer: refusal, checks })
    const cms = fromBase64(request.signedDocument)
    const beside = besideOf(request)
    const signed = readDocument(cms, { ...beside, read })
    if ('outcome' in signed) return refused(signed)
    const { certificate, document, signingTime } = signed
    const kind = 'signature'
    const valid = await check.issuerOf(certificate, kind)
    if ('refusal' in valid) return refused(valid.refusal)
    const basicFour = basicFourOf(certificate)
    // A signature certificate without the basic four is none of this profile.
    if (basicFour === undefined) return refused(refuse('unsupported'))
    if (request.keepForChangeChecks && !consents(document, provider)) return refused(refuse('no-consent'))
    const checked = await check.statusOf({ certificate, issuer: valid.issuer, kind })
    const { checks } = checked
    if ('refusal' in checked) return refused(checked.refusal, checks)
    const about = { certificate, issuer: valid.issuer, status: checked.status, provider, requestId }
    const evident = await keepEvidence({ cms, ...beside }, about, request.keepEvidenceFor)
    if ('refusal' in evident) return refused(evident.refusal, checks)
    const kept = request.keepForChangeChecks
      ? { storedCertificateId: await keep(certificate, provider, requestId) }
      : {}
    const { notAfter } = certificate
    const answer = { basicFour, document: toBase64(document), signedAt: signingTime, notAfter, ...kept, ...evident }
    return { answer: { outcome: 'accepted', ...answer }, checks }
  }
}
