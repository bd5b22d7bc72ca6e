/** Showing a card, or anything that claims to be one, to the platform through a provider, and what the platform says to it. */
import { answer } from '../../sim/core/network.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import type { Signer } from '../../sim/pki/key.ts'
import type { CertificateKind } from '../../sim/pki/profile.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { insertCard, proof, sign } from './terminal.ts'

/** Any provider would do. */
const provider = 'clinic-sakura'
const platformOf = (stage: Stage) => stage.world.connectAs(provider)<PlatformApp>('platform')

type Given = { outcome: 'accepted' } | { outcome: 'refused'; reason: string; revocationReason?: string | undefined }

/** `accepted`, or why not: `bad-signature`, `revoked cACompromise`. */
const inWords = (given: Given): string => {
  if (given.outcome === 'accepted') return given.outcome
  return given.revocationReason === undefined ? given.reason : `${given.reason} ${given.revocationReason}`
}

/** The person shows the card and enters the PIN. */
export const present = async (stage: Stage, personId: string): Promise<string> => {
  const challenge = await answer(platformOf(stage).challenges.$post())
  const json = await proof(stage, personId, challenge)
  return inWords(await answer(platformOf(stage).authentications.$post({ json })))
}

/** What the platform says to these people, each answer once. */
export const presentAll = async (stage: Stage, people: string[]): Promise<string[]> => {
  const answered = new Set<string>()
  for (const person of people) answered.add(await present(stage, person))
  return [...answered]
}

/** As `present`, with a key that is on no card. */
export const presentKey = async (stage: Stage, certificate: Uint8Array, signer: Signer): Promise<string> => {
  const { challengeId, challenge } = await answer(platformOf(stage).challenges.$post())
  const signature = toBase64(await signer.sign(fromBase64(challenge)))
  const json = { challengeId, certificate: toBase64(certificate), signature }
  return inWords(await answer(platformOf(stage).authentications.$post({ json })))
}

/** Bytes that a card's key signed, with its certificate. */
export type SignedBytes = { kind: CertificateKind; certificate: string; signature: string; data: string }

export const signBytes = async (stage: Stage, personId: string, kind: CertificateKind): Promise<SignedBytes> => {
  const { authenticationPin = '', signaturePassword = '' } = personOf(personId).card ?? {}
  const reader = await insertCard(stage, personId)
  const verified = await reader.verify(kind, kind === 'signature' ? signaturePassword : authenticationPin)
  if (verified.result !== 'ok') throw new Error(`the card of ${personId} answered ${verified.result}`)
  const certificate = await (kind === 'signature'
    ? reader.readSignatureCertificate()
    : reader.readAuthenticationCertificate())
  const data = new TextEncoder().encode('common id testbed')
  const signature = await reader.sign(kind, data)
  return { kind, certificate: toBase64(certificate), signature: toBase64(signature), data: toBase64(data) }
}

/** Whether the platform accepts them at this moment. */
export const verifyBytes = async (stage: Stage, signed: SignedBytes): Promise<string> =>
  inWords(await answer(platformOf(stage).verifications.$post({ json: signed })))

/** The person signs a contract; the provider has the platform keep evidence that all was valid then, and gets it to keep: CMS in base64. */
export const signWithEvidence = async (stage: Stage, personId: string): Promise<string> => {
  const signedDocument = await sign(stage, personId, { contract: 'kept for as long as the law demands' })
  const json = { signedDocument, keepForChangeChecks: false, keepEvidenceFor: 'mobile-phone-misuse' } as const
  const verified = await answer(platformOf(stage).signatures.$post({ json }))
  if (verified.outcome === 'refused' || verified.evidenceId === undefined) throw new Error('no evidence was kept')
  const { evidenceId } = verified
  const kept = await answer(platformOf(stage).evidence[':evidenceId'].$get({ param: { evidenceId } }))
  return kept.evidence
}

/** Was it valid when signed? `valid`, or why that is not known. */
export const checkEvidence = async (stage: Stage, evidence: string): Promise<string> => {
  const checked = await answer(platformOf(stage)['evidence-checks'].$post({ json: { evidence } }))
  return checked.outcome === 'valid' ? 'valid' : `${checked.outcome}: ${checked.reason}`
}
