/** Signing up with a broadcasting or communications company, being found changed, and signing again. */
import { answer } from '../../sim/core/network.ts'
import type { BasicFour } from '../../sim/messages/person.ts'
import type { SubscriptionApp } from '../../sim/subscription/index.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { residentRecord, sign } from './terminal.ts'

export type SignUp = { provider: string; service: string; consent?: boolean; applicant?: BasicFour }

const contracts = (stage: Stage, provider: string) => stage.connect<SubscriptionApp>(provider).contracts

/** The provider's form, filled in with what is true now, signed with the card. */
const signedApplication = async (
  stage: Stage,
  personId: string,
  { provider, service, consent = true, applicant }: SignUp,
) => {
  const { nonce } = await answer(stage.connect<SubscriptionApp>(provider).nonces.$post())
  const { basicFour } = await residentRecord(stage, personId)
  const { television } = personOf(personId)
  return sign(stage, personId, {
    provider,
    service,
    applicant: applicant ?? basicFour,
    changeCheckConsent: consent,
    ...(television !== undefined && {
      television: { operator: television.operator, subscriberNumber: television.subscriberNumber },
    }),
    nonce,
  })
}

/** The consent that this provider may learn the latest basic four, where the world has such a service and the person consents at all. */
const signedConsent = async (stage: Stage, personId: string, { provider, consent = true }: SignUp) => {
  if (!stage.world.variables.latestBasicFour || !consent) return {}
  const items = ['name', 'dateOfBirth', 'sex', 'address']
  const order = { order: 'latest-basic-four.consent', service: provider, items }
  return { basicFourConsent: await sign(stage, personId, order) }
}

export const signUp = async (stage: Stage, personId: string, application: SignUp) => {
  const signedDocument = await signedApplication(stage, personId, application)
  const json = { signedDocument, ...(await signedConsent(stage, personId, application)) }
  return answer(contracts(stage, application.provider).$post({ json }))
}

export const signAgain = async (stage: Stage, personId: string, contractId: string, application: SignUp) => {
  const signedDocument = await signedApplication(stage, personId, application)
  return answer(
    contracts(stage, application.provider)[':contractId']['re-signings'].$post({
      param: { contractId },
      json: { signedDocument },
    }),
  )
}

export const withdrawConsent = (stage: Stage, provider: string, contractId: string) =>
  answer(contracts(stage, provider)[':contractId']['consent-withdrawals'].$post({ param: { contractId } }))

export const contractOf = (stage: Stage, provider: string, contractId: string) =>
  answer(contracts(stage, provider)[':contractId'].$get({ param: { contractId } }))

export const contractsOf = async (stage: Stage, provider: string) =>
  (await answer(contracts(stage, provider).$get())).contracts
