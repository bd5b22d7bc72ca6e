/** A person with a card at some terminal: the card proves presence, or signs a document; the terminal never sees a key. */
import type { CardApp } from '../../sim/card/index.ts'
import { createReader } from '../../sim/card/reader.ts'
import { answer } from '../../sim/core/network.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import { signDocument } from '../../sim/pki/cms.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'

type Challenge = { challengeId: string; challenge: string }

/** The municipality that looks after this person now (it changes with a move). */
export const townOf = (stage: Stage, personId: string) =>
  stage.memory.get(`town of ${personId}`) ?? personOf(personId).municipality

/** The register's record of this person. */
export const residentRecord = (stage: Stage, personId: string) =>
  answer(
    stage
      .connect<MunicipalityApp>(townOf(stage, personId))
      .residents[':residentId'].$get({ param: { residentId: personId } }),
  )

/** The card in the person's hand; a lost one too, in whose hand it may be. */
const cardIdOf = async (stage: Stage, personId: string): Promise<string> => {
  const known = stage.memory.get(`card of ${personId}`)
  if (known !== undefined) return known
  const { cardId } = await residentRecord(stage, personId)
  if (cardId === undefined) throw new Error(`${personId} holds no card`)
  stage.memory.set(`card of ${personId}`, cardId)
  return cardId
}

/** Put the person's card into a reader: the card is powered on, and APDUs go to it over the network. */
export const insertCard = async (stage: Stage, personId: string) => {
  const cardId = await cardIdOf(stage, personId)
  const card = stage.connect<CardApp>('card').cards[':cardId']
  await answer(card.resets.$post({ param: { cardId } }))
  const reader = createReader(
    async (apdu) => (await answer(card.apdu.$post({ param: { cardId }, json: { apdu } }))).response,
  )
  await reader.select()
  return reader
}

/** Four digits that are not the person's own. */
export const wrongPin = (personId: string) => {
  const pin = personOf(personId).card?.authenticationPin ?? '0000'
  return pin === '9999' ? '9998' : '9999'
}

export type Proof = { challengeId: string; certificate: string; signature: string }

/** Enter the PIN and have the card sign the challenge; what the card says to the PIN is answered when it says no. */
export const prove = async (
  stage: Stage,
  personId: string,
  { challengeId, challenge }: Challenge,
  pin = personOf(personId).card?.authenticationPin ?? '',
): Promise<{ result: 'proved'; proof: Proof } | { result: 'wrong'; triesLeft: number } | { result: 'blocked' }> => {
  const reader = await insertCard(stage, personId)
  const certificate = await reader.readAuthenticationCertificate()
  const verified = await reader.verify('authentication', pin)
  if (verified.result !== 'ok') return verified
  const signature = await reader.sign('authentication', fromBase64(challenge))
  return {
    result: 'proved',
    proof: { challengeId, certificate: toBase64(certificate), signature: toBase64(signature) },
  }
}

/** As `prove`, where the PIN is known to be right. */
export const proof = async (stage: Stage, personId: string, challenge: Challenge): Promise<Proof> => {
  const proved = await prove(stage, personId, challenge)
  if (proved.result !== 'proved') throw new Error(`the card of ${personId} answered ${proved.result}`)
  return proved.proof
}

/** Sign a document with the card's signature key: CMS SignedData with the document inside, as base64. */
export const sign = async (stage: Stage, personId: string, document: unknown): Promise<string> => {
  const reader = await insertCard(stage, personId)
  const password = personOf(personId).card?.signaturePassword ?? ''
  const verified = await reader.verify('signature', password)
  if (verified.result !== 'ok') throw new Error(`the signature password of ${personId} was answered ${verified.result}`)
  const certificate = await reader.readSignatureCertificate()
  const signed = await signDocument({
    document: new TextEncoder().encode(JSON.stringify(document)),
    signer: { sign: (data: Uint8Array) => reader.sign('signature', data) },
    certificate,
    signingTime: stage.now(),
    detached: false,
  })
  return toBase64(signed)
}
