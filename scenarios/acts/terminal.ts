/** A person with a card at some terminal: the card proves presence, or signs a document; the terminal never sees a key. */
import { answer } from '../../sim/core/network.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { type Challenge, type Proof, prove as proveWith, readerOf, resetCard, signWith } from '../terminals/card.ts'

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
  await resetCard(stage.connect, cardId)
  const reader = readerOf(stage.connect, cardId)
  await reader.select()
  return reader
}

/** Four digits that are not the person's own. */
export const wrongPin = (personId: string) => {
  const pin = personOf(personId).card?.authenticationPin ?? '0000'
  return pin === '9999' ? '9998' : '9999'
}

/** Enter the PIN and have the card sign the challenge; what the card says to the PIN is answered when it says no. */
export const prove = async (
  stage: Stage,
  personId: string,
  challenge: Challenge,
  pin = personOf(personId).card?.authenticationPin ?? '',
) => proveWith(await insertCard(stage, personId), challenge, pin)

/** As `prove`, where the PIN is known to be right. */
export const proof = async (stage: Stage, personId: string, challenge: Challenge): Promise<Proof> => {
  const proved = await prove(stage, personId, challenge)
  if (proved.result !== 'proved') throw new Error(`the card of ${personId} answered ${proved.result}`)
  return proved.proof
}

/** Sign a document with the card's signature key: CMS SignedData with the document inside, as base64. */
export const sign = async (stage: Stage, personId: string, document: unknown): Promise<string> => {
  const password = personOf(personId).card?.signaturePassword ?? ''
  const reader = await insertCard(stage, personId)
  const signed = await signWith(reader, document, { password, signingTime: stage.now() })
  if (signed.result !== 'signed') throw new Error(`the signature password of ${personId} was answered ${signed.result}`)
  return signed.signedDocument
}
