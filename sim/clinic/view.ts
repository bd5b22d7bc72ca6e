/** What the desk and the patient see of a visit: never more than concerns this patient. */
import type { z } from 'zod'
import type { State } from '../core/actors.ts'
import type { receipt, visitView } from '../messages/visit.ts'
import type { visit } from './machine.ts'

export type VisitView = z.output<typeof visitView>
export type Receipt = z.output<typeof receipt>

export const viewOf = ({ state, context }: State<typeof visit>): VisitView => {
  const { visitId, eligibility, bill, payment, arrivedAt, finishedAt, remarks } = context
  const said = [remarks.reception, remarks.link, remarks.payment, remarks.recheck].filter((text) => text !== undefined)
  const remark = { ja: said.map(({ ja }) => ja).join('\n'), en: said.map(({ en }) => en).join('\n') }
  return {
    visitId,
    state,
    ...(eligibility !== undefined && { eligibility }),
    ...(said.length > 0 && { remark }),
    ...(bill !== undefined && { bill }),
    ...(payment !== undefined && { payment }),
    arrivedAt,
    ...(finishedAt !== undefined && { finishedAt }),
  }
}

/** The receipt 領収書 (保険医療機関及び保険医療養担当規則第5条の2); undefined while nothing was paid. */
export const receiptOf = (
  { context }: State<typeof visit>,
  clinic: { nameJa: string; address: string },
): Omit<Receipt, 'issuedAt'> | undefined => {
  const { visitId, patientName, bill, payment } = context
  if (bill === undefined || payment === undefined) return undefined
  const { points, totalYen, patientYen } = bill
  return {
    visitId,
    clinic: clinic.nameJa,
    clinicAddress: clinic.address,
    patientName,
    points,
    totalYen,
    patientYen,
    paidBy: payment.method,
    refundedYen: payment.refundedYen,
  }
}
