/** Showing a card, or anything that claims to be one, to the platform through a provider, and what the platform says to it. */
import { answer } from '../../sim/core/network.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import type { Signer } from '../../sim/pki/key.ts'
import type { CertificateKind } from '../../sim/pki/profile.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { insertCard, proof } from './terminal.ts'

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
