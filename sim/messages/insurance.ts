/** Clinics and cable operators to health insurers: eligibility (資格確認) and a person's own health information. */
import { z } from 'zod'
import { address, date, id, name, sex } from './person.ts'

/** Who is insured, as the insurer registers it. */
export const insuredPerson = z.strictObject({
  insuredNumber: id,
  name,
  dateOfBirth: date,
  sex,
  address,
  /** 本人 or 家族 */
  relation: z.enum(['insured', 'family']),
  /** Patient's share of the cost, 0 to 0.3 (健康保険法 and 国民健康保険法). */
  copaymentRatio: z.number().min(0).max(0.3),
  qualifiedFrom: date,
})

/** Losing the qualification, e.g. on changing jobs; `nextInsurer` is known when the new insurer has reported it. */
export const qualificationLoss = z.strictObject({
  lostFrom: date,
  reason: z.enum(['left-job', 'moved', 'joined-other', 'other']),
  nextInsurer: id.optional(),
})

/** 医療費通知 (by month), ジェネリック差額通知, 健診のお知らせ; how long and how many is assumed. */
export const healthRecord = z.strictObject({
  medicalExpenses: z
    .array(
      z.strictObject({
        month: z.string().regex(/^\d{4}-\d{2}$/),
        facility: z.string().max(100),
        days: z.number().int().nonnegative(),
        totalYen: z.number().int().nonnegative(),
        patientYen: z.number().int().nonnegative(),
      }),
    )
    .max(100),
  genericSavings: z
    .array(
      z.strictObject({
        drug: z.string().max(100),
        generic: z.string().max(100),
        savingYenPerMonth: z.number().int().nonnegative(),
      }),
    )
    .max(50),
  checkups: z.array(z.strictObject({ title: z.string().max(100), dueBy: date, place: z.string().max(100) })).max(50),
})

export const eligibilityRequest = z.strictObject({ ticket: z.string().min(1).max(100), serviceDate: date })
/** Without a card in the reader: the number as read from paper, by the clinic's own responsibility. */
export const eligibilityByNumber = z.strictObject({ insuredNumber: id, dateOfBirth: date, serviceDate: date })

export const eligibilityAnswer = z.discriminatedUnion('validity', [
  z.strictObject({
    validity: z.literal('valid'),
    insurer: id,
    insuredNumber: id,
    name,
    dateOfBirth: date,
    relation: z.enum(['insured', 'family']),
    copaymentRatio: z.number(),
  }),
  z.strictObject({ validity: z.literal('lost'), lostFrom: date }),
  z.strictObject({ validity: z.literal('changed'), lostFrom: date, nextInsurer: id }),
  z.strictObject({ validity: z.literal('unknown') }),
])

export const healthInformationRequest = z.strictObject({ ticket: z.string().min(1).max(100) })
export const healthInformation = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('given'), addressee: name, ...healthRecord.shape }),
  z.strictObject({ outcome: z.literal('refused'), reason: z.enum(['ticket-refused', 'not-insured']) }),
])
