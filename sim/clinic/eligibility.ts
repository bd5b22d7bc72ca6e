/** Rules of reception: whether an answer is about this patient, and what share of the bill follows from it. */
import { HOUR } from '../core/clock.ts'
import { assumedRatio, makeBill, uninsuredRatio } from './bill.ts'
import type { EligibilityAnswer, VisitContext } from './visit.ts'

/** Names are compared without spaces and in one width, as a desk does by eye (assumed). */
const plain = (name: string) => name.normalize('NFKC').replace(/\s/g, '')

/** Whether the insurer speaks of the person who is at the desk: both name and date of birth as said at arrival. */
export const isPatient = (patient: { patientName: string; dateOfBirth: string }, eligibility: EligibilityAnswer) =>
  eligibility.validity === 'valid' &&
  plain(eligibility.name) === plain(patient.patientName) &&
  eligibility.dateOfBirth === patient.dateOfBirth

/** The ratio as far as it is known now: confirmed, assumed while the insurer is silent, or all of it. */
const ratioFor = ({ eligibility, recheck }: Pick<VisitContext, 'eligibility' | 'recheck'>) => {
  if (eligibility?.validity === 'valid') return eligibility.copaymentRatio
  return recheck === 'pending' ? assumedRatio : uninsuredRatio
}

export const billFor = (context: VisitContext, points: number) => makeBill(points, ratioFor(context))

/** What the patient owes after all (negative: gets back) once the insurer answered; 0 while nothing was billed. */
export const differenceYen = (context: VisitContext, eligibility: EligibilityAnswer) => {
  if (context.bill === undefined) return 0
  const ratio = isPatient(context, eligibility) ? ratioFor({ eligibility, recheck: 'reconciled' }) : uninsuredRatio
  return makeBill(context.bill.points, ratio).patientYen - context.bill.patientYen
}

/** The calendar day in Japan (UTC+9, no summer time), yyyy-mm-dd. */
export const dateInJapan = (at: number) => new Date(at + 9 * HOUR).toISOString().slice(0, 10)
