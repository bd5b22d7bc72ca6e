/** Who holds a certificate that was shown here: checked by chain, proof and revocation, in this order, and known by a pseudonym. */
import type { Certificate } from '../pki/certificate.ts'
import { type CertificateCheck, refuse, type Refusal } from './certificateCheck.ts'
import type { KnownStatus } from './revocation.ts'
import type { Subjects } from './subject.ts'

/** `checks`: how many status checks were made, which the provider owes for. */
type Recognised = { checks: number } & (
  { refusal: Refusal; status?: KnownStatus } | { subjectId: string; accountId: string; status: KnownStatus }
)

export type Holders = {
  /** The holder of this authentication certificate, as `provider` knows them; `isProved` says whether they showed that the key is theirs. */
  recognise(shown: {
    certificate: Certificate
    provider: string
    isProved: (certificate: Certificate) => boolean
  }): Promise<Recognised>
}

export const createHolders = ({ check, subjects }: { check: CertificateCheck; subjects: Subjects }): Holders => ({
  recognise: async ({ certificate, provider, isProved }) => {
    const kind = 'authentication'
    const valid = await check.issuerOf(certificate, kind)
    if ('refusal' in valid) return { refusal: valid.refusal, checks: 0 }
    if (!isProved(certificate)) return { refusal: refuse('bad-signature'), checks: 0 }
    const checked = await check.statusOf({ certificate, issuer: valid.issuer, kind })
    if ('refusal' in checked) return checked
    const { checks, status } = checked
    const subjectId = await subjects.of(certificate, status.asOf)
    if (subjectId === undefined) return { refusal: refuse('status-unknown'), checks }
    return { checks, subjectId, accountId: await subjects.pseudonym(subjectId, provider), status }
  },
})
