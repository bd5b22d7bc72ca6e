/** A resident has the card linked at the counter of the insurer, or on the member page of the card issuer. */
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import type { PaymentApp } from '../../sim/payment/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { proof } from './terminal.ts'

/** Link the insured number to the card. */
const linkInsurance = async (stage: Stage, personId: string) => {
  const { insurance } = personOf(personId)
  if (insurance === undefined) throw new Error(`${personId} is not insured`)
  const insurer = stage.connect<InsurerApp>(insurance.insurer)
  const challenge = await answer(insurer.challenges.$post())
  const json = { ...(await proof(stage, personId, challenge)), consentGiven: true as const }
  await stage.work({ stakeholder: insurance.insurer, work: 'link-at-counter', parameter: 'counter-linking' })
  return answer(
    insurer['insured-persons'][':insuredNumber'].links.$post({
      param: { insuredNumber: insurance.insuredNumber },
      json,
    }),
  )
}

/** Link the credit or debit account to the card. */
const linkPayment = async (stage: Stage, personId: string) => {
  const { payment } = personOf(personId)
  if (payment === undefined) throw new Error(`${personId} has no payment account`)
  const issuer = stage.connect<PaymentApp>(payment.issuer)
  const challenge = await answer(issuer.challenges.$post())
  const json = { ...(await proof(stage, personId, challenge)), consentGiven: true as const }
  return answer(
    issuer.accounts[':accountNumber'].links.$post({ param: { accountNumber: payment.accountNumber }, json }),
  )
}

/** Link all that the named people have; fails unless every link is made. */
export const linkAll = async (stage: Stage, ids: string[]) => {
  await stage.step(
    {
      ja: `${ids.length}人のカードを被保険者番号・決済口座に紐付け`,
      en: `the cards of ${ids.length} people linked to insured numbers and accounts`,
    },
    async () => {
      const made: string[] = []
      for (const id of ids) {
        const { insurance, payment } = personOf(id)
        if (insurance !== undefined) made.push((await linkInsurance(stage, id)).outcome)
        if (payment !== undefined) made.push((await linkPayment(stage, id)).outcome)
      }
      stage.expect(
        { ja: 'すべて紐付いた', en: 'every link was made' },
        made.filter((outcome) => outcome !== 'linked'),
        [],
      )
    },
  )
}
