/** At the clinic: arriving, card at reception, treatment, and paying at the desk. */
import type { ClinicApp } from '../../sim/clinic/index.ts'
import { answer } from '../../sim/core/network.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { type Challenge, type Proof, proveWithoutPin } from '../terminals/card.ts'
import { insertCard, proof } from './terminal.ts'

const visits = (stage: Stage, clinic: string) => stage.connect<ClinicApp>(clinic).visits
const param = (visitId: string) => ({ param: { visitId } })

/** The patient says name and date of birth at the desk; the terminal gets a challenge for the card. */
export const arrive = (stage: Stage, clinic: string, visitId: string, personId: string) => {
  const { name, dateOfBirth } = personOf(personId).basicFour
  return answer(visits(stage, clinic).$post({ json: { visitId, patientName: name, dateOfBirth } }))
}

/** The key of the terminal at this clinic's reception; null where the world has no such terminals. */
const terminalKeyAt = (stage: Stage, clinic: string): string | null => {
  const party = stage.world.parties.find(({ id }) => id === clinic)
  return party?.folder === 'clinic' ? party.options.terminalKey : null
}

/**
 * What the card answers at reception. Where the terminal is a trusted one, its key takes the place of the PIN (SIMULATED 特定機関認証) and
 * the receptionist compares the face; the payment terminal asks for the PIN in every world (that it must is assumed).
 */
export const proofAtReception = async (
  stage: Stage,
  at: { clinic: string; visitId: string },
  of: { personId: string; challenge: Challenge },
): Promise<Proof> => {
  const { personId, challenge } = of
  const terminalKey = terminalKeyAt(stage, at.clinic)
  if (terminalKey === null) return proof(stage, personId, challenge)
  const proved = await proveWithoutPin(await insertCard(stage, personId), challenge, Buffer.from(terminalKey, 'hex'))
  if (proved === undefined) throw new Error(`the card of ${personId} does not accept the terminal at ${at.clinic}`)
  const work = 'compare-face (terminal without PIN, simulated)'
  await stage.work({ stakeholder: at.clinic, work, parameter: 'pinless-face-check', case: at.visitId })
  return proved
}

/** Arrive and put a card on the reader: one's own unless `cardOf` names somebody else. */
export const receive = async (stage: Stage, clinic: string, visitId: string, personId: string, cardOf = personId) => {
  const { challenge } = await arrive(stage, clinic, visitId, personId)
  return answer(
    visits(stage, clinic)[':visitId']['card-readings'].$post({
      ...param(visitId),
      json: await proofAtReception(stage, { clinic, visitId }, { personId: cardOf, challenge }),
    }),
  )
}

export type PaperCard = { personId: string; link: boolean; insuredNumber?: string }

/** Hand over the paper insurance card: one's own unless `insuredNumber` says what it reads; `link` has it linked to the card just read. */
export const showPaperCard = async (
  stage: Stage,
  clinic: string,
  visitId: string,
  { personId, link, ...read }: PaperCard,
) => {
  const { insurance } = personOf(personId)
  if (insurance === undefined) throw new Error(`${personId} is not insured`)
  const { insurer, insuredNumber } = { ...insurance, ...read }
  await stage.work({ stakeholder: clinic, work: 'read-paper-card', parameter: 'old-card-check', case: visitId })
  return answer(
    visits(stage, clinic)[':visitId']['paper-cards'].$post({
      ...param(visitId),
      json: { insurer, insuredNumber, link, consentGiven: link },
    }),
  )
}

export const treat = (stage: Stage, clinic: string, visitId: string, points: number) =>
  answer(visits(stage, clinic)[':visitId'].treatments.$post({ ...param(visitId), json: { points } }))

/** Put the card on the payment terminal. */
export const payByCard = async (stage: Stage, clinic: string, visitId: string, personId: string) => {
  const challenge = await answer(visits(stage, clinic)[':visitId'].challenges.$post(param(visitId)))
  return answer(
    visits(stage, clinic)[':visitId']['card-payments'].$post({
      ...param(visitId),
      json: await proof(stage, personId, challenge),
    }),
  )
}

export const payInCash = async (stage: Stage, clinic: string, visitId: string, receivedYen: number) => {
  await stage.work({ stakeholder: clinic, work: 'take-cash', parameter: 'cash-handling', case: visitId })
  return answer(visits(stage, clinic)[':visitId']['cash-payments'].$post({ ...param(visitId), json: { receivedYen } }))
}

export const refund = (stage: Stage, clinic: string, visitId: string, amountYen: number) =>
  answer(visits(stage, clinic)[':visitId'].refunds.$post({ ...param(visitId), json: { amountYen } }))

export const visitOf = (stage: Stage, clinic: string, visitId: string) =>
  answer(visits(stage, clinic)[':visitId'].$get(param(visitId)))

export const receiptOf = (stage: Stage, clinic: string, visitId: string) =>
  answer(visits(stage, clinic)[':visitId'].receipt.$get(param(visitId)))
