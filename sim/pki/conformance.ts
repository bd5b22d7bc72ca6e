/**
 * The validator behind the case format of outside suites (`cert-cases/1`) and of Wycheproof: `verify` and `verifySignature`
 * never throw and never hang.
 */
import { createClock } from '../core/clock.ts'
import { locate } from './der.ts'
import { MalformedError } from './malformed.ts'
import { type OcspResponse, readOcspResponse } from './ocspResponse.ts'
import { type Certificate, readCertificate } from './parsedCertificate.ts'
import { namesPeer, type PeerName } from './path/peerName.ts'
import { readRevocationList, type RevocationList } from './path/revocationList.ts'
import { checkRevocation, type PathQuestion, validatePath } from './path/validate.ts'
import type { StatusDemand } from './path/status.ts'
import { answerSignature, type SignatureQuestion, type SignatureVerdict } from './signatureQuestion.ts'

export const name = 'common-id-testbed sim/pki'

/** One case, DER in base64. What a suite leaves out may be missing or null. */
export type Case = {
  readonly anchors: readonly string[]
  readonly intermediates?: readonly string[] | null
  readonly leaf: string
  readonly crls?: readonly string[] | null
  readonly ocsps?: readonly string[] | null
  /** ISO 8601; null is now. */
  readonly time?: string | null
  /** Of what else it may say, a status by either is taken. */
  readonly revocation?: string | null
  readonly ocspScope?: string | null
  readonly scope?: string | null
  readonly policy?: {
    readonly initial?: readonly string[] | null
    readonly explicit?: boolean
    readonly inhibitMapping?: boolean
    readonly inhibitAny?: boolean
  } | null
  readonly purpose?: string | null
  readonly eku?: readonly string[] | null
  readonly maxDepth?: number | null
  readonly peerName?: { readonly kind: string; readonly value: string } | null
  readonly requireKeyUsage?: boolean | string | readonly string[] | null
  /** Base64 or hex of the nonce sent. */
  readonly nonce?: string | null
  readonly profile?: {
    readonly minRsaBits?: number
    readonly allowSha1?: boolean
    readonly allowAnchorWithoutBC?: boolean
    readonly revocationMaxAgeDays?: number
    readonly allowMissingCrlNumber?: boolean
  } | null
}

export type Verdict = { readonly result: 'accept' | 'reject' | 'n/a'; readonly reason: string }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

/** What anybody may send along with a case (all assumed): more is refused rather than left out, since what is left out might be the revocation. */
const most = {
  anchors: { count: 1000, sizeBytes: 4 * 1024 * 1024 },
  intermediates: { count: 4000, sizeBytes: 12 * 1024 * 1024 },
  crls: { count: 1000, sizeBytes: 20 * 1024 * 1024 },
  ocsps: { count: 100, sizeBytes: 1024 * 1024 },
} as const

/** The bytes of what was sent along. */
function sent(of: Case, what: keyof typeof most): Uint8Array[] {
  const given = of[what] ?? []
  const sizeBytes = given.reduce((sum, { length }) => sum + (length * 3) / 4, 0)
  if (given.length > most[what].count || sizeBytes > most[what].sizeBytes) throw new MalformedError(`too many ${what}`)
  return given.map(bytes)
}

/** What can be read of it; what cannot is as good as not there. */
const readable = <T>(given: readonly Uint8Array[], read: (der: Uint8Array) => T): T[] =>
  given.flatMap((der) => {
    try {
      return [read(der)]
    } catch (error) {
      if (error instanceof MalformedError) return []
      throw error
    }
  })

/** Certificates one after the other, as trust stores keep them; refused as a whole if one cannot be read. */
function readBundle(der: Uint8Array): Certificate[] {
  const found: Certificate[] = []
  for (let at = 0; at < der.length;) {
    const span = { tag: 0, contentStart: 0, end: 0 }
    locate(der, at, der.length, span)
    found.push(readCertificate(der.subarray(at, span.end)))
    at = span.end
  }
  return found
}

/** Key purposes by the names suites use (RFC 5280 section 4.2.1.12). */
const purposes: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
}

const usageBits: Readonly<Record<string, number>> = {
  digitalSignature: 0,
  nonRepudiation: 1,
  contentCommitment: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
}

const peerKinds: Readonly<Record<string, PeerName['kind']>> = {
  DNS: 'dns',
  IP: 'ip',
  RFC822: 'email',
  EMAIL: 'email',
}

/** What a case asks of the leaf that is no rule of RFC 5280: the peer's name and the bits of its key usage. */
function askedRefusal(leaf: Certificate, { peerName, requireKeyUsage }: Case): string | undefined {
  if (peerName) {
    const kind = peerKinds[peerName.kind.toUpperCase()]
    if (!kind || !namesPeer(leaf, { kind, value: peerName.value })) return 'the peer is not named (RFC 6125)'
  }
  if (!requireKeyUsage) return undefined
  if (requireKeyUsage === true) return leaf.keyUsage.size > 0 ? undefined : 'no key usage'
  const wanted = typeof requireKeyUsage === 'string' ? [requireKeyUsage] : requireKeyUsage
  const missing = wanted.find((usage) => !leaf.keyUsage.has(usageBits[usage] ?? -1))
  return missing && `key usage ${missing} missing`
}

/** A nonce may have been written in base64 or in hex; either is compared. */
const nonceForms = (nonce: string): Uint8Array[] =>
  /^([0-9a-fA-F]{2})+$/.test(nonce) ? [bytes(nonce), new Uint8Array(Buffer.from(nonce, 'hex'))] : [bytes(nonce)]

const dayMs = 24 * 60 * 60 * 1000

function statusDemand(of: Case): StatusDemand | undefined {
  const { revocation, profile, nonce } = of
  if (!revocation || revocation === 'none') return undefined
  const lists: RevocationList[] = readable(sent(of, 'crls'), readRevocationList)
  const answers: OcspResponse[] = readable(sent(of, 'ocsps'), readOcspResponse)
  const maxAgeDays = profile?.revocationMaxAgeDays
  return {
    by: revocation === 'crl' || revocation === 'ocsp' ? revocation : 'any',
    lists,
    answers,
    nonces: nonce ? nonceForms(nonce) : undefined,
    onlyAnswered: of.ocspScope === 'provided',
    maxAgeMs: maxAgeDays === undefined ? undefined : maxAgeDays * dayMs,
    allowMissingCrlNumber: profile?.allowMissingCrlNumber ?? false,
  }
}

/** ISO 8601; UTC where no zone is named. */
const instant = (text: string) =>
  Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`)

function questionOf(of: Case, leaf: Certificate, now: number): PathQuestion {
  const { profile, policy, maxDepth } = of
  const status = statusDemand(of)
  const asked = [...(of.eku ?? []), ...(of.purpose ? [of.purpose] : [])]
  return {
    leaf,
    anchors: readable(sent(of, 'anchors'), readBundle).flat(),
    intermediates: sent(of, 'intermediates'),
    now: of.time ? instant(of.time) : now,
    purposes: [...new Set(asked.map((purpose) => purposes[purpose] ?? purpose))],
    policy: { ...policy, initial: policy?.initial ?? undefined },
    ...(typeof maxDepth === 'number' && { maxDepth }),
    ...(status && { status }),
    rules: {
      ...(profile?.minRsaBits !== undefined && { minRsaBits: profile.minRsaBits }),
      ...(profile?.allowSha1 !== undefined && { allowSha1: profile.allowSha1 }),
      // A case that takes anchors without basic constraints comes from before RFC 5280.
      conforming: !profile?.allowAnchorWithoutBC,
      // A case that asks about policies has them processed however its constraints are marked.
      criticalConstraints: !policy,
    },
  }
}

function decide(of: Case, now: number): Verdict {
  const leaf = readCertificate(bytes(of.leaf))
  const asked = askedRefusal(leaf, of)
  if (asked) return { result: 'reject', reason: asked }
  const question = questionOf(of, leaf, now)
  const { status } = question
  const answer = of.scope === 'revocation' && status ? checkRevocation({ ...question, status }) : validatePath(question)
  if (answer.result === 'refused') return { result: 'reject', reason: answer.reason }
  return { result: 'accept', reason: `path of ${answer.path.length}` }
}

const clock = createClock({ mode: 'real' })

/** The verdict on one case, at the time it names or at `now` (Unix ms). */
export async function verify(of: Case, now = clock.now()): Promise<Verdict> {
  try {
    return decide(of, now)
  } catch (error) {
    if (error instanceof MalformedError) return { result: 'reject', reason: `malformed: ${error.reason}` }
    return { result: 'reject', reason: `no case: ${error instanceof Error ? error.message : 'unreadable'}` }
  }
}

/** The verdict on one signature. */
export async function verifySignature(question: SignatureQuestion): Promise<SignatureVerdict> {
  try {
    return answerSignature(question)
  } catch {
    return { result: 'reject' }
  }
}
