/** Whether a verified document is an application this provider accepts, and from whom it may. */
import { fromBase64 } from '../messages/base64.ts'
import type { BasicFour } from '../messages/person.ts'
import { application } from '../messages/verification.ts'
import { substitute } from '../pki/substitution.ts'
import type { Application, RefusalReason } from './contract.ts'
import { isApplicant, isContinued } from './matching.ts'

/** What a certificate writes where it cannot hold a character (代替文字). */
const asCertified = (text: string) => substitute(text).text

/** The application inside the document; undefined when it is none, or none for this provider's service. */
export const readApplication = (
  document: string,
  provider: { id: string; service: string },
): Application | undefined => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(document)))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
  const parsed = application.safeParse(value)
  if (!parsed.success) return undefined
  return parsed.data.provider === provider.id && parsed.data.service === provider.service ? parsed.data : undefined
}

/** Why these four items are not taken over; `customer` is who the contract is with so far, if anybody. */
export const refuseSigner = (
  applicant: BasicFour,
  certified: BasicFour,
  customer: BasicFour | undefined,
): RefusalReason | undefined => {
  if (!isApplicant(applicant, certified, asCertified)) return 'not-the-applicant'
  if (customer !== undefined && !isContinued(customer, certified)) return 'other-person'
  return undefined
}
