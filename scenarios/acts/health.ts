/** What insurers have to tell people in the open world: half a year of expenses, generics and check-ups, all of it invented. */
import { HOUR } from '../../sim/core/clock.ts'
import { createRandom, type Random } from '../../sim/core/random.ts'
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import type { healthRecord } from '../../sim/messages/insurance.ts'
import type { z } from 'zod'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'

type HealthRecord = z.output<typeof healthRecord>
type Expense = HealthRecord['medicalExpenses'][number]

/** So many months back, enough for a small chart (invented). */
const monthsTold = 6

const facilities = ['さくら診療所', 'かえで医院', '見本調剤薬局（架空）', '見本歯科（架空）']
const drugs = [
  ['ミホン錠5mg（架空）', 'ミホン錠後発5mg（架空）'],
  ['レイジ錠10mg（架空）', 'レイジ錠後発10mg（架空）'],
  ['ヒナガタ点眼液（架空）', 'ヒナガタ点眼液後発（架空）'],
] as const

/** `back` months before the month of `at` in Japan, yyyy-mm. */
const monthBefore = (at: number, back: number) => {
  const japan = new Date(at + 9 * HOUR)
  return new Date(Date.UTC(japan.getUTCFullYear(), japan.getUTCMonth() - back, 1)).toISOString().slice(0, 7)
}

/** Points of ten yen; the patient's share in whole tens of yen, as at the clinic. */
const expense = (random: Random, month: string, ratio: number): Expense => {
  const points = 250 + random.int(2_000)
  return {
    month,
    facility: random.pick(facilities),
    days: 1 + random.int(4),
    totalYen: points * 10,
    patientYen: Math.round(points * ratio) * 10,
  }
}

/** One person's notices as of `at`: the same for the same person and month, and other than anybody else's. */
export const healthNoticesOf = (personId: string, at: number): HealthRecord => {
  const random = createRandom(`health/${personId}`)
  const ratio = personOf(personId).insurance?.copaymentRatio ?? 0.3
  const medicalExpenses = Array.from({ length: monthsTold }, (_, index) => monthBefore(at, monthsTold - index)).flatMap(
    (month) => Array.from({ length: 1 + random.int(2) }, () => expense(random, month, ratio)),
  )
  return {
    medicalExpenses,
    genericSavings: drugs.slice(0, 1 + random.int(drugs.length)).map(([drug, generic]) => ({
      drug,
      generic,
      savingYenPerMonth: 120 + 10 * random.int(90),
    })),
    checkups: [
      { title: '特定健康診査', dueBy: `${monthBefore(at, -2 - random.int(4))}-28`, place: '保健センター' },
      ...(random.chance(0.5)
        ? [{ title: '歯周疾患検診', dueBy: `${monthBefore(at, -3 - random.int(4))}-28`, place: '見本歯科（架空）' }]
        : []),
    ],
  }
}

/** The person's insurer has these notices ready from now on. */
export const prepareNotices = async (stage: Stage, personId: string) => {
  const { insurance } = personOf(personId)
  if (insurance === undefined) throw new Error(`${personId} is not insured`)
  const { insurer, insuredNumber } = insurance
  const persons = stage.connect<InsurerApp>(insurer)['insured-persons']
  await answer(
    persons[':insuredNumber']['health-record'].$put({
      param: { insuredNumber },
      json: healthNoticesOf(personId, stage.now()),
    }),
  )
}
