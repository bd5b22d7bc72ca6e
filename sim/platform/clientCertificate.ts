/** Logins over TLS: whether a certificate shown to a provider in a handshake is good, and whose it is there. */
import type { z } from 'zod'
import { fromBase64 } from '../messages/base64.ts'
import type { clientCertificateAnswer } from '../messages/verification.ts'
import { type Answered, type CertificateCheck, refuse } from './certificateCheck.ts'
import type { Holders } from './holder.ts'
import type { KnownStatus, Method } from './revocation.ts'

type Answer = z.output<typeof clientCertificateAnswer>

/**
 * The handshake took place between the holder and the provider: that the key is theirs rests on the provider's word. A provider that lies
 * learns how a certificate stands, which /verifications tells it as well, and its own pseudonym of the holder; so no ticket is ever given
 * on this word, and nothing is kept that would count as the person's presence.
 */
export const createClientCertificates =
  ({ check, holders, method }: { check: CertificateCheck; holders: Holders; method: Method }) =>
  async ({ certificate, provider }: { certificate: string; provider: string }): Promise<Answered<Answer>> => {
    const revocationOf = ({ certStatus, asOf }: KnownStatus) => ({ revocation: { method, certStatus, asOf } })
    const read = check.read(fromBase64(certificate))
    if (read === undefined) return { answer: refuse('malformed'), checks: 0 }
    const recognised = await holders.recognise({ certificate: read, provider, isProved: () => true })
    const { checks } = recognised
    if ('refusal' in recognised) {
      const { refusal, status } = recognised
      return { answer: { ...refusal, ...(status && revocationOf(status)) }, checks }
    }
    const { accountId, status } = recognised
    return { answer: { outcome: 'accepted', accountId, notAfter: read.notAfter, ...revocationOf(status) }, checks }
  }

export type ClientCertificates = ReturnType<typeof createClientCertificates>
