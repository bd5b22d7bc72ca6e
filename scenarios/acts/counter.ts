/** What residents do at the counter of their municipality. */
import { answer } from '../../sim/core/network.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import type { CertificateKind } from '../../sim/pki/profile.ts'
import type { Stage } from '../stage.ts'
import { insertCard, townOf } from './terminal.ts'

type NewCard = { authenticationPin: string; signaturePassword?: string }

const desk = (stage: Stage, personId: string) => ({
  resident: stage.connect<MunicipalityApp>(townOf(stage, personId)).residents[':residentId'],
  param: { residentId: personId },
})

const atCounter = (stage: Stage, personId: string, work: string) =>
  stage.work({ stakeholder: townOf(stage, personId), work, parameter: `counter-${work}`, case: personId })

/** The loss is reported, in person or to the telephone desk that J-LIS keeps open day and night (一時停止); both lead to the same hold. */
export const loseCard = async (stage: Stage, personId: string, by: 'counter' | 'telephone' = 'counter') => {
  const { resident, param } = desk(stage, personId)
  if (by === 'counter') await atCounter(stage, personId, 'card-loss')
  else await stage.work({ stakeholder: 'ca', work: 'card-loss', parameter: 'telephone-card-loss', case: personId })
  return answer(resident['card-losses'].$post({ param }))
}

/** The lost card was found and is shown at the counter: the card may be used again, its certificates not. */
export const findCard = async (stage: Stage, personId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'card-find')
  return answer(resident['card-finds'].$post({ param }))
}

/** A card that turned up too late, or is not wanted any more, is handed in and destroyed. */
export const handInCard = async (stage: Stage, personId: string, cardId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'card-return')
  return answer(resident['card-returns'].$post({ param, json: { cardId } }))
}

export const unblock = async (stage: Stage, personId: string, value: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'pin-unblock')
  return answer(resident.unblocks.$post({ param, json: { pin: 'authentication', value } }))
}

/** The holder keys in the old PIN and a new one at the counter's terminal; the clerk sees neither. */
export const changePin = async (
  stage: Stage,
  personId: string,
  { pin, from, to }: { pin: CertificateKind; from: string; to: string },
) => {
  await atCounter(stage, personId, 'pin-change')
  const reader = await insertCard(stage, personId)
  return reader.changePin(pin, from, to)
}

export const moveWithin = async (stage: Stage, personId: string, address: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'move')
  return answer(resident.moves.$post({ param, json: { address } }))
}

export const moveTo = async (stage: Stage, personId: string, town: string, address: string) => {
  const from = townOf(stage, personId)
  const record = await answer(
    stage.connect<MunicipalityApp>(town).arrivals.$post({ json: { residentId: personId, from, address } }),
  )
  stage.memory.set(`town of ${personId}`, town)
  await atCounter(stage, personId, 'move')
  return record
}

export const rename = async (stage: Stage, personId: string, name: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'rename')
  return answer(resident.renames.$post({ param, json: { name } }))
}

export const reportDeath = async (stage: Stage, personId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'death')
  return answer(resident.deaths.$post({ param }))
}

/** Both certificates anew, before they run out. */
export const renew = async (stage: Stage, personId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'renewal')
  return answer(resident.renewals.$post({ param }))
}

/** A new signature certificate for the card one has. */
export const reissueSignature = async (stage: Stage, personId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'signature-reissue')
  return answer(resident['signature-certificates'].$post({ param, json: {} }))
}

const orderCard = (stage: Stage, personId: string, json: NewCard) => {
  const { resident, param } = desk(stage, personId)
  stage.memory.delete(`card of ${personId}`)
  return answer(resident.cards.$post({ param, json }))
}

/** A new card, after the old one was lost. */
export const newCard = async (stage: Stage, personId: string, card: NewCard) => {
  await atCounter(stage, personId, 'card-issue')
  return orderCard(stage, personId, card)
}

/** A new card for one that is damaged, or no longer looks like its holder; the old one is handed in. */
export const exchangeCard = async (stage: Stage, personId: string, card: NewCard) => {
  await atCounter(stage, personId, 'card-exchange')
  return orderCard(stage, personId, card)
}
