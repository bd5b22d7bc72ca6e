/** Evidence that a signature was valid when it was verified: kept for a provider as the law asks, and checked again long afterwards. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import type {
  contractEnded,
  evidenceCheckAnswer,
  evidenceCheckRequest,
  keptEvidence,
  RetentionLaw,
} from '../messages/verification.ts'
import type { Certificate } from '../pki/certificate.ts'
import { trustAnchors } from '../pki/chain.ts'
import { addEvidence } from '../pki/evidence.ts'
import { checkWhenSigned, type FormerAnchor } from '../pki/evidenceCheck.ts'
import { checkedBy, reasonOf, refuse, type Refusal } from './certificateCheck.ts'
import type { PlanDeletion } from './evidenceDeletion.ts'
import type { EvidenceRow, EvidenceStore } from './evidenceStore.ts'
import { type KnownStatus, questionAbout, type StatusEvidence, type StatusSource } from './revocation.ts'
import type { StampKeys } from './stampKey.ts'
import type { Trust } from './trust.ts'

/**
 * Years from the end of the contract. 犯罪収益移転防止法 6条2項 (confirmation records, seven years from the end of the contract);
 * 携帯電話不正利用防止法 4条2項 (identification records of mobile subscribers, three years from its end).
 */
const retentionYears: Record<RetentionLaw, number> = { 'criminal-proceeds-transfer': 7, 'mobile-phone-misuse': 3 }

const yearsAfter = (at: number, years: number) => {
  const date = new Date(at)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

/** A larger list is not kept with every document: a fresh OCSP answer takes its place (assumed). */
const largestStatusBytes = 64 * 1024

export type ToKeep = {
  cms: Uint8Array
  document?: Uint8Array
  certificate: Certificate
  issuer: Certificate
  status: KnownStatus
  keptFor: RetentionLaw
  provider: string
  requestId: string
}

export type EvidenceKeeping = {
  /** The id of what was kept; a refusal when nobody signed for the status, or says by now that it is not good. */
  keep(of: ToKeep): Promise<{ evidenceId: string } | { refusal: Refusal }>
  /** A 404 problem for another provider's, for an unknown one, and for one past its time. */
  find(evidenceId: string, provider: string): Promise<z.output<typeof keptEvidence>>
  endContract(evidenceId: string, provider: string): Promise<z.output<typeof contractEnded>>
  check(request: z.output<typeof evidenceCheckRequest>): Promise<z.output<typeof evidenceCheckAnswer>>
}

/** `answers` gives an OCSP answer where the usual source has nothing the CA signed, or too much of it. */
type Parts = {
  store: EvidenceStore
  keys: StampKeys
  trust: Pick<Trust, 'anchors'>
  answers: Pick<StatusSource, 'of'>
  planDeletion: PlanDeletion
}

export const createEvidenceKeeping = (site: Site, parts: Parts): EvidenceKeeping => {
  const { store, keys, trust, answers, planDeletion } = parts
  const random = site.random.fork('time-stamps')
  const drawSerialNumber = () => BigInt(`0x1${random.id()}${random.id()}`)

  const statusEvidence = async (of: ToKeep): Promise<StatusEvidence | { refusal: Refusal }> => {
    const { evidence } = of.status
    if (evidence !== undefined && evidence.der.length <= largestStatusBytes) return evidence
    const { certificate, issuer } = of
    const asked = questionAbout({ certificate, issuer, kind: 'signature', purpose: 'verification' })
    const checked = checkedBy(await answers.of(asked))
    if ('refusal' in checked) return { refusal: checked.refusal }
    return checked.status.evidence ?? { refusal: refuse('status-unknown') }
  }

  /** The generations trusted now, and those evidence rests on: one that vanished before its end is distrusted from its beginning. */
  const formerAnchors = async (): Promise<FormerAnchor[]> => {
    const current = trust.anchors()
    const isCurrent = (fingerprint: string) =>
      current.some(({ certificate }) => certificate.fingerprint === fingerprint)
    const earlier: FormerAnchor[] = []
    for (const { fingerprint, certificate, distrustedAt } of await store.issuers()) {
      if (isCurrent(fingerprint)) continue
      const [anchor] = trustAnchors([{ kind: 'signature', der: fromBase64(certificate) }])
      if (anchor === undefined) continue
      const isGoneEarly = distrustedAt !== null || site.clock.now() <= anchor.certificate.notAfter
      if (isGoneEarly && distrustedAt === null) await store.distrust(fingerprint, site.clock.now())
      // Nobody says since when its key was another's.
      earlier.push(isGoneEarly ? { ...anchor, distrustedFrom: -Infinity } : anchor)
    }
    return [...current, ...earlier]
  }

  const found = async (evidenceId: string, provider: string): Promise<EvidenceRow> => {
    const row = await store.find(evidenceId, provider)
    if (row === undefined || (row.deleteAt !== null && row.deleteAt <= site.clock.now()))
      throw new Problem(404, 'no-such-evidence', `this provider has no ${evidenceId}`)
    return row
  }

  return {
    keep: async (of) => {
      const { cms, document, certificate, issuer, keptFor, provider, requestId } = of
      const digest = createHash('sha256')
        .update(JSON.stringify([provider, requestId]))
        .digest('hex')
      const evidenceId = `evidence-${digest.slice(0, 24)}`
      if ((await store.find(evidenceId, provider)) !== undefined) return { evidenceId }
      const status = await statusEvidence(of)
      if ('refusal' in status) return status
      const authority = await keys.authority()
      const keptAt = site.clock.now()
      const der = await addEvidence({
        ...{ cms, certificate: certificate.der, issuer: issuer.der, status: [status] },
        ...{ authority, drawSerialNumber, at: keptAt, ...(document && { document }) },
      })
      const proof = checkWhenSigned(der, {
        ...{ anchors: trust.anchors(), tsaAnchors: await keys.anchors(), now: keptAt, ...(document && { document }) },
      })
      // What proves nothing now will prove nothing later: a status that ran out just now, a key that is too weak by now.
      if (proof.outcome !== 'valid')
        return { refusal: refuse(proof.reason === 'weak-key' ? 'unsupported' : 'status-unknown') }
      await store.add(
        { evidenceId, provider, keptFor, der: Buffer.from(der), keptAt, contractEndedAt: null, deleteAt: null },
        { fingerprint: issuer.fingerprint, certificate: toBase64(issuer.der), distrustedAt: null },
      )
      return { evidenceId }
    },

    find: async (evidenceId, provider) => {
      const { keptFor, der, keptAt, contractEndedAt, deleteAt } = await found(evidenceId, provider)
      const ended = contractEndedAt === null || deleteAt === null ? {} : { contractEndedAt, deleteAt }
      return { evidenceId, evidence: toBase64(der), keptFor, keptAt, ...ended }
    },

    endContract: async (evidenceId, provider) => {
      const { keptFor, contractEndedAt: before } = await found(evidenceId, provider)
      const contractEndedAt = before ?? site.clock.now()
      const deleteAt = yearsAfter(contractEndedAt, retentionYears[keptFor])
      if (before === null) await store.endContract(evidenceId, contractEndedAt, deleteAt)
      await planDeletion()
      return { evidenceId, contractEndedAt, deleteAt }
    },

    check: async ({ evidence, document }) => {
      const outcome = checkWhenSigned(fromBase64(evidence), {
        ...{ anchors: await formerAnchors(), tsaAnchors: await keys.anchors(), now: site.clock.now() },
        ...(document !== undefined && { document: fromBase64(document) }),
      })
      if (outcome.outcome === 'valid') {
        const { provenAt, claimedAt: signedAt, statusAsOf } = outcome
        return { outcome: 'valid', provenAt, signedAt, statusAsOf }
      }
      if (outcome.outcome === 'undetermined') return outcome
      const { reasonCode, ...rest } = outcome
      return reasonCode === undefined ? rest : { ...rest, revocationReason: reasonOf(reasonCode) }
    },
  }
}
