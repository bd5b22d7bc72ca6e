/** Those one can play: found by a few letters, and whose card is whose. */
import type { z } from 'zod'
import type { playablePerson } from '../../../../sim/messages/terminal.ts'

export type Person = z.output<typeof playablePerson>

const plain = (words: string) => words.normalize('NFKC').toLowerCase().replace(/\s/g, '')

/** Those whose name, or the case they stand for, holds what was written; all while nothing was. */
export const matching = (people: readonly Person[], written: string): Person[] => {
  const wanted = plain(written)
  return people.filter(({ residentId, basicFour, standsFor }) =>
    [residentId, basicFour.name, standsFor.ja, standsFor.en].some((words) => plain(words).includes(wanted)),
  )
}

export const holders = (people: readonly Person[]): Person[] => people.filter(({ card }) => card.state !== 'none')

export const personWith = (people: readonly Person[], residentId: string | null | undefined): Person | undefined =>
  people.find((person) => person.residentId === residentId)

/** The PIN and password a card was issued with: all are invented, and testers need them. */
export const issuedPinsOf = ({ card }: Person) => (card.state === 'none' ? undefined : card.issuedPins)

/** The reader at a resident's own computer. */
export const ownReader = (residentId: string) => `pc:${residentId}`
