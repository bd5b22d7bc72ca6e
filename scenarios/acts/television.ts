/** In front of the television: card in, PIN by remote, what the screen then shows, card out. */
import type { CatvApp } from '../../sim/catv/index.ts'
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { proof } from './terminal.ts'

export type Television = { operator: string; setTopBoxId: string }

export const televisionOf = (personId: string): Television => {
  const { television } = personOf(personId)
  if (television === undefined) throw new Error(`${personId} has no cable television`)
  return television
}

export const startSession = (stage: Stage, { operator, setTopBoxId }: Television) =>
  answer(stage.connect<CatvApp>(operator)['set-top-boxes'][':setTopBoxId'].sessions.$post({ param: { setTopBoxId } }))

export const sendLogin = (
  stage: Stage,
  { operator }: Television,
  sessionId: string,
  json: { certificate: string; signature: string; consentGiven?: boolean },
) => answer(stage.connect<CatvApp>(operator).sessions[':sessionId'].logins.$post({ param: { sessionId }, json }))

/** Card in, right PIN, and what the screen shows. `television` is the person's own unless said otherwise. */
export const logIn = async (
  stage: Stage,
  personId: string,
  { television = televisionOf(personId), consentGiven = true } = {},
) => {
  const { sessionId, challenge } = await startSession(stage, television)
  const { certificate, signature } = await proof(stage, personId, challenge)
  const screen = await sendLogin(stage, television, sessionId, { certificate, signature, consentGiven })
  return { sessionId, screen }
}

export const removeCard = (stage: Stage, { operator }: Television, sessionId: string) =>
  answer(stage.connect<CatvApp>(operator).sessions[':sessionId'].removals.$post({ param: { sessionId } }))

export const screenOf = (stage: Stage, { operator, setTopBoxId }: Television) =>
  answer(stage.connect<CatvApp>(operator)['set-top-boxes'][':setTopBoxId'].screen.$get({ param: { setTopBoxId } }))

/** What the insurer has to tell this person; sums are invented and differ from person to person so that a mix-up shows. */
export const healthRecordOf = (personId: string) => {
  const digits = Number(personOf(personId).insurance?.insuredNumber.slice(-4) ?? '0')
  const totalYen = 5_000 + digits * 70
  return {
    medicalExpenses: [
      {
        month: '2026-02',
        facility: 'さくら診療所',
        days: 2,
        totalYen,
        patientYen: Math.round((totalYen * 0.3) / 10) * 10,
      },
    ],
    genericSavings: [{ drug: `先発薬${digits}`, generic: `後発薬${digits}`, savingYenPerMonth: 100 + digits }],
    checkups: [{ title: '特定健康診査', dueBy: '2026-09-30', place: '保健センター' }],
  }
}

export const recordHealth = async (stage: Stage, personId: string) => {
  const { insurance } = personOf(personId)
  if (insurance === undefined) throw new Error(`${personId} is not insured`)
  const insurer = stage.connect<InsurerApp>(insurance.insurer)
  await answer(
    insurer['insured-persons'][':insuredNumber']['health-record'].$put({
      param: { insuredNumber: insurance.insuredNumber },
      json: healthRecordOf(personId),
    }),
  )
}
