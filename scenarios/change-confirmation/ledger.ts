/** What the story keeps in mind from case to case: contracts signed and what truly happened. */
import { type Happened, type Watched } from '../acts/year.ts'

export type Ledger = {
  watched: Watched[]
  happened: Happened[]
  withdrawn: { contractId: string; storedBefore: number } | undefined
}

export const contractIn = (ledger: Ledger, person: string, provider: string) => {
  const one = ledger.watched.find((candidate) => candidate.person === person && candidate.provider === provider)
  if (one === undefined) throw new Error(`${person} has no contract with ${provider}`)
  return one
}
