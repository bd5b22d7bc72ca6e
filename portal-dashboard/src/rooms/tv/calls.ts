/** What a set-top box and its card reader ask: the operator, the residents' terminals, and the provider of a contract. */
import { hc } from 'hono/client'
import type { z } from 'zod'
import type { CatvApp } from '../../../../sim/catv/index.ts'
import type { contractView } from '../../../../sim/messages/contract.ts'
import type { screen, sessionStarted } from '../../../../sim/messages/television.ts'
import type { playablePerson, readerShown, signingRequest } from '../../../../sim/messages/terminal.ts'
import { answered, providerAt, terminals, until } from '../../lib/party.ts'

export type Screen = z.output<typeof screen>
export type Notice = Screen['notices'][number]
export type Health = NonNullable<Screen['health']>
export type Session = z.output<typeof sessionStarted>
export type Person = z.output<typeof playablePerson>
export type ReaderShown = z.output<typeof readerShown>
export type Contract = z.output<typeof contractView>
export type Provider = { provider: string; nameJa: string; service: string }
export type Document = z.input<typeof signingRequest>['document']
type Proof = { certificate: string; signature: string; consentGiven: boolean }

export const people = {
  all: async (signal: AbortSignal) => (await answered(terminals.residents.$get({}, until(signal)))).residents,
  one: (residentId: string): Promise<Person> =>
    answered(terminals.residents[':residentId'].$get({ param: { residentId } })),
}

export const boxAt = (operator: string, setTopBoxId: string) => {
  const catv = hc<CatvApp>(`/${operator}`)
  const box = catv['set-top-boxes'][':setTopBoxId']
  const session = catv.sessions[':sessionId']
  const reader = terminals.readers[':readerId']
  const here = { param: { setTopBoxId } }
  const there = { param: { readerId: `stb:${setTopBoxId}` } }
  return {
    screen: (): Promise<Screen> => answered(box.screen.$get(here)),
    begin: (): Promise<Session> => answered(box.sessions.$post(here)),
    logIn: (sessionId: string, json: Proof): Promise<Screen> =>
      answered(session.logins.$post({ param: { sessionId }, json })),
    end: (sessionId: string): Promise<Screen> => answered(session.removals.$post({ param: { sessionId } })),
    keepOpen: (sessionId: string): Promise<Screen> => answered(session.activities.$post({ param: { sessionId } })),
    acknowledge: (noticeId: string): Promise<Screen> =>
      answered(box.acknowledgements.$post({ ...here, json: { noticeId } })),
    reader: (): Promise<ReaderShown> => answered(reader.$get(there)),
    /** From wherever the card is now. */
    insert: (residentId: string): Promise<ReaderShown> =>
      answered(reader.card.$post({ ...there, json: { residentId, takeOut: true } })),
    takeOut: (): Promise<ReaderShown> => answered(reader.card.$delete(there)),
    prove: (challenge: { challengeId: string; challenge: string }, pin: string) =>
      answered(reader.authentications.$post({ ...there, json: { ...challenge, pin } })),
    sign: (document: Document, password: string) =>
      answered(reader.signatures.$post({ ...there, json: { document, password } })),
  }
}

export const deskOf = (provider: string) => {
  const at = providerAt(provider)
  const contract = at.contracts[':contractId']
  return {
    profile: (): Promise<Provider> => answered(at.provider.$get()),
    contract: (contractId: string): Promise<Contract> => answered(contract.$get({ param: { contractId } })),
    nonce: () => answered(at.nonces.$post()),
    signAgain: (contractId: string, signedDocument: string) =>
      answered(contract['re-signings'].$post({ param: { contractId }, json: { signedDocument } })),
  }
}
