/** What residents do at the counter of their municipality. */
import { answer } from '../../sim/core/network.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import type { Stage } from '../stage.ts'
import { townOf } from './terminal.ts'

const desk = (stage: Stage, personId: string) => ({
  resident: stage.connect<MunicipalityApp>(townOf(stage, personId)).residents[':residentId'],
  param: { residentId: personId },
})

const atCounter = (stage: Stage, personId: string, work: string) =>
  stage.work({ stakeholder: townOf(stage, personId), work, parameter: `counter-${work}`, case: personId })

export const loseCard = async (stage: Stage, personId: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'card-loss')
  return answer(resident['card-losses'].$post({ param }))
}

export const unblock = async (stage: Stage, personId: string, value: string) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'pin-unblock')
  return answer(resident.unblocks.$post({ param, json: { pin: 'authentication', value } }))
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

/** A new card, after the old one was lost. */
export const newCard = async (
  stage: Stage,
  personId: string,
  card: { authenticationPin: string; signaturePassword?: string },
) => {
  const { resident, param } = desk(stage, personId)
  await atCounter(stage, personId, 'card-issue')
  stage.memory.delete(`card of ${personId}`)
  return answer(resident.cards.$post({ param, json: card }))
}
