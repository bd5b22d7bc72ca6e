/** What a terminal does with the card in its reader, and what the card's answer means for whoever stands before it. */
import type { z } from 'zod'
import type { proofAnswer, readerShown, signingAnswer } from '../../../../sim/messages/terminal.ts'

export type CardInReader = NonNullable<z.output<typeof readerShown>['card']>
export type Proof = { challengeId: string; certificate: string; signature: string }
export type Challenge = { challengeId: string; challenge: string }

/** Why a card did nothing: a wrong PIN with the tries left, a blocked one, or none of that kind on the card. */
export type Refused = { why: 'wrong'; triesLeft: number } | { why: 'blocked' } | { why: 'absent' }

type NotDone = Exclude<z.output<typeof proofAnswer> | z.output<typeof signingAnswer>, { outcome: 'proved' | 'signed' }>

/** A wrong entry that took the last try has blocked the PIN. */
export const refusedBy = (answer: NotDone): Refused => {
  if (answer.outcome !== 'wrong') return { why: answer.outcome }
  return answer.triesLeft === 0 ? { why: 'blocked' } : { why: 'wrong', triesLeft: answer.triesLeft }
}

/** Four digits; anything else need not be sent. */
export const isPin = (written: string) => /^\d{4}$/.test(written)

/** 6 to 16 upper-case letters or digits, as signature passwords are. */
export const isPassword = (written: string) => /^[A-Z0-9]{6,16}$/.test(written)
