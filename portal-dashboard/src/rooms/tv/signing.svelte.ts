/** Signing a contract again at the television: what the provider asks, what the resident signs, and what became of it. */
import { asFailure, type Failure } from '../../lib/failure.ts'
import { deskOf, people, type Contract, type Document, type Notice, type Person, type Provider } from './calls.ts'
import type { Television } from './television.svelte.ts'

export type Said =
  | { outcome: 'accepted' }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'wrong'; triesLeft: number }
  | { outcome: 'blocked' }
  | { outcome: 'absent' }

/** Where it stands: `counter` first, the card of the contract's customer missing (`card`), or ready to be signed. */
export type Standing = 'settled' | 'counter' | 'card' | 'ready'

const hasSignature = ({ certificates }: Person) => certificates.some(({ kind, valid }) => kind === 'signature' && valid)

export const standingOf = (contract: Pick<Contract, 'asked'>, person: Person | undefined): Standing => {
  if (contract.asked === undefined) return 'settled'
  if (contract.asked === 'new-card' && person === undefined) return 'counter'
  if (person === undefined) return 'card'
  return hasSignature(person) ? 'ready' : 'counter'
}

/** What is signed; where this television is the person's own, notices go on coming here. */
export const documentFor = (
  person: Person,
  { provider, service }: Provider,
  terms: { consent: boolean; setTopBoxId: string; nonce: string },
): Document => {
  const own = person.television?.setTopBoxId === terms.setTopBoxId ? person.television : undefined
  return {
    provider,
    service,
    applicant: person.basicFour,
    changeCheckConsent: terms.consent,
    ...(own !== undefined && { television: { operator: own.operator, subscriberNumber: own.subscriberNumber } }),
    nonce: terms.nonce,
  }
}

export const createSigning = (tv: Television, notice: Pick<Notice, 'from' | 'about'>) => {
  const at = deskOf(notice.from ?? '')
  const contractId = notice.about ?? ''
  let provider = $state.raw<Provider>()
  let contract = $state.raw<Contract>()
  let person = $state.raw<Person>()
  let failure = $state.raw<Failure>()
  let said = $state.raw<Said>()

  const load = async (residentId: string | undefined) => {
    failure = undefined
    try {
      const [profile, view, holder] = await Promise.all([
        at.profile(),
        at.contract(contractId),
        residentId === undefined ? undefined : people.one(residentId),
      ])
      provider = profile
      contract = view
      person = holder
    } catch (error) {
      failure = asFailure(error)
    }
  }

  const sign = (password: string, consent: boolean) =>
    tv.work('sign', async () => {
      if (provider === undefined || person === undefined) return
      const { nonce } = await at.nonce()
      const signed = await tv.box.sign(
        documentFor(person, provider, { consent, setTopBoxId: tv.setTopBoxId, nonce }),
        password,
      )
      if (signed.outcome !== 'signed') {
        said = signed
        return
      }
      const answered = await at.signAgain(contractId, signed.signedDocument)
      said = answered.outcome === 'accepted' ? { outcome: 'accepted' } : { outcome: 'refused', reason: answered.reason }
    })

  return {
    get provider() {
      return provider
    },
    get contract() {
      return contract
    },
    get person() {
      return person
    },
    get standing(): Standing | undefined {
      return contract === undefined ? undefined : standingOf(contract, person)
    },
    get failure() {
      return failure
    },
    get said() {
      return said
    },
    load,
    sign,
  }
}

export type Signing = ReturnType<typeof createSigning>
