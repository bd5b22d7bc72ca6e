/**
 * 最新の利用者情報(4情報)提供サービス for providers, who may not ask the authority themselves: passes on residents' consents, and the latest
 * basic four of whoever held a stored certificate. The platform keeps the new certificate's serial number, which it tells nobody, and
 * nothing else (Digital Agency, guideline for private businesses, 最新の利用者情報提供サービス).
 */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { CaApp } from '../ca/index.ts'
import type { ActorKind, State } from '../core/actors.ts'
import { attempt } from '../core/attempt.ts'
import { answer, once } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import { type basicFourPassedOn, type consent, consentOrder } from '../messages/latestBasicFour.ts'
import { verifySignedDocument } from '../pki/cms.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CertificateCheck } from './certificateCheck.ts'
import type { storedCertificateMachine } from './storedCertificateMachine.ts'

type PassedOn = z.output<typeof basicFourPassedOn>
type Stored = State<typeof storedCertificateMachine>

export type LatestBasicFour = {
  forwardConsent(of: { signedDocument: string; provider: string; requestId: string }): Promise<z.output<typeof consent>>
  /** Repeated under the same request id, it gives again what it gave. */
  ask(of: { storedCertificateId: string; provider: string; requestId: string }): Promise<PassedOn>
}

type Parts = { stored: ActorKind<typeof storedCertificateMachine>; check: Pick<CertificateCheck, 'read'> }

/** For the question that follows from a provider's: the same for the same. */
const followUp = (provider: string, requestId: string) =>
  createHash('sha256')
    .update(JSON.stringify([provider, requestId]))
    .digest('hex')
    .slice(0, 40)

/** The service a consent order names; undefined for what is none. What else is wrong with it the authority finds out. */
const serviceOf = (signedDocument: string): string | undefined => {
  try {
    const signed = verifySignedDocument(fromBase64(signedDocument))
    if (signed.result === 'refused') return undefined
    const order: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(signed.document))
    return consentOrder.safeParse(order).data?.service
  } catch (error) {
    if (error instanceof MalformedError || error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

const silent = () => new Problem(503, 'authority-silent', 'the authority does not answer')

export const createLatestBasicFour = (site: Site, { stored, check }: Parts): LatestBasicFour => {
  const ca = site.network.connect<CaApp>('ca')

  /**
   * The newest certificate that is known of. A question that was answered already is asked about the one before again: its answer may
   * never have reached the provider.
   */
  const serialNumberFor = ({ context: { certificate, latest } }: Stored, requestId: string): string => {
    if (latest !== undefined) return latest.learntBy === requestId ? latest.since : latest.serialNumber
    const parsed = check.read(fromBase64(certificate))
    if (parsed === undefined) throw new Error('a stored certificate cannot be read')
    return parsed.serialNumber
  }

  /** False where consent to change checks was withdrawn meanwhile: then nothing is learnt and nothing told. */
  const learn = async (storedCertificateId: string, of: { serialNumber: string; since: string; learntBy: string }) => {
    try {
      await stored.send(storedCertificateId, { type: 'successor.learnt', ...of }, of.learntBy)
      return true
    } catch (error) {
      if (error instanceof Problem && error.code === 'not-now') return false
      throw error
    }
  }

  return {
    forwardConsent: async ({ signedDocument, provider, requestId }) => {
      if (serviceOf(signedDocument) !== provider)
        throw new Problem(422, 'not-for-this-provider', 'the signed document is no consent for this provider')
      const call = ca['basic-four-consents'].$post({ json: { signedDocument } }, once(followUp(provider, requestId)))
      const entered = await attempt(answer(call))
      if (entered.outcome === 'silent') throw silent()
      if (entered.outcome === 'answered') return entered.value
      throw new Problem(422, 'consent-refused', `the authority does not accept the consent: ${entered.reason}`)
    },

    ask: async ({ storedCertificateId, provider, requestId }) => {
      const found = await stored.find(storedCertificateId)
      if (found?.context.provider !== provider)
        throw new Problem(404, 'no-such-stored-certificate', `this provider has no ${storedCertificateId}`)
      if (found.state === 'withdrawn') return { outcome: 'no-consent' }
      const since = serialNumberFor(found, requestId)
      const json = { service: provider, signatureSerialNumber: since }
      const call = ca['latest-basic-four'].$post({ json }, once(followUp(provider, requestId)))
      const asked = await attempt(answer(call))
      if (asked.outcome === 'silent') throw silent()
      // An authority without the service knows of no consents.
      if (asked.outcome === 'refused') return { outcome: 'no-consent' }
      if (asked.value.outcome !== 'given') return { outcome: asked.value.outcome }
      const { basicFour, signatureSerialNumber: serialNumber } = asked.value
      const isLearnt = await learn(storedCertificateId, { serialNumber, since, learntBy: requestId })
      return isLearnt ? { outcome: 'given', basicFour } : { outcome: 'no-consent' }
    },
  }
}
