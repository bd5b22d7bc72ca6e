/** Card readers and the cards in them: which card is where, one thing at a time with each, and nothing remembered once it is out. */
import type { z } from 'zod'
import type { Network } from '../../sim/core/network.ts'
import { Problem } from '../../sim/core/problem.ts'
import type { readerShown } from '../../sim/messages/terminal.ts'
import type { Reader } from '../../sim/card/reader.ts'
import { cardState, readerOf, resetCard } from './card.ts'

export type ReaderShown = z.output<typeof readerShown>

/** So many readers may hold cards at once, and so many jobs wait at one (both assumed). */
const mostReaders = 200
const mostWaiting = 10

type Held = { residentId: string; cardId: string }
type Slot = Held & { readerId: string; since: number; reader: Reader; turn: Promise<unknown>; waiting: number }

type Parts = { connect: Network['connect']; now(): number }

/** Kept in memory only: after a restart every card is out, as every card is without power. */
export const createSlots = ({ connect, now }: Parts) => {
  const slots = new Map<string, Slot>()

  const withCard = (cardId: string) => [...slots.values()].find((slot) => slot.cardId === cardId)

  const empty = (readerId: string) => new Problem(409, 'no-card-in-reader', `there is no card in reader ${readerId}`)

  const inTurn = <T>(slot: Slot, job: () => Promise<T>): Promise<T> => {
    if (slot.waiting >= mostWaiting)
      throw new Problem(503, 'reader-busy', `reader ${slot.readerId} has ${mostWaiting} things to do already`)
    slot.waiting += 1
    const mine = slot.turn.then(job).finally(() => (slot.waiting -= 1))
    slot.turn = mine.catch(() => undefined)
    return mine
  }

  /** Out at once; what the card was doing is awaited, then its power goes and with it every verified PIN. */
  const remove = async (readerId: string): Promise<void> => {
    const slot = slots.get(readerId)
    if (slot === undefined) return
    slots.delete(readerId)
    slot.turn = slot.turn.then(() => resetCard(connect, slot.cardId))
    await slot.turn
  }

  const refuseTaken = (readerId: string, { cardId, residentId }: Held) => {
    const there = slots.get(readerId)
    if (there !== undefined && there.cardId !== cardId)
      throw new Problem(409, 'reader-occupied', `reader ${readerId} holds the card of ${there.residentId}`)
    const elsewhere = withCard(cardId)
    if (elsewhere !== undefined && elsewhere.readerId !== readerId)
      throw new Problem(409, 'card-elsewhere', `the card of ${residentId} is in reader ${elsewhere.readerId}`)
    if (there === undefined && slots.size >= mostReaders)
      throw new Problem(503, 'too-many-readers', `${mostReaders} readers hold cards already`)
  }

  /** Null where the card has no PIN of that kind. */
  const triesOf = ({ triesLeft, certificates }: Awaited<ReturnType<typeof cardState>>) => ({
    authentication: certificates.includes('authentication') ? triesLeft.authentication : null,
    signature: certificates.includes('signature') ? triesLeft.signature : null,
  })

  const show = async (readerId: string): Promise<ReaderShown> => {
    const slot = slots.get(readerId)
    if (slot === undefined) return { readerId }
    const { residentId, cardId, since } = slot
    return { readerId, card: { residentId, cardId, since, triesLeft: triesOf(await cardState(connect, cardId)) } }
  }

  return {
    show,
    remove,

    list: () =>
      [...slots.values()].map(({ readerId, residentId, cardId, since }) => ({ readerId, residentId, cardId, since })),

    /** Which reader a card is in. */
    readerWith: (cardId: string) => withCard(cardId)?.readerId,

    /** A card that is there already stays as it is. With `takeOut` nothing is in the way. */
    insert: async (readerId: string, held: Held, takeOut: boolean): Promise<ReaderShown> => {
      if (takeOut) {
        const elsewhere = withCard(held.cardId)
        if (elsewhere !== undefined && elsewhere.readerId !== readerId) await remove(elsewhere.readerId)
        if (slots.get(readerId)?.cardId !== held.cardId) await remove(readerId)
      }
      refuseTaken(readerId, held)
      if (slots.has(readerId)) return show(readerId)
      const reader = readerOf(connect, held.cardId)
      const slot: Slot = { ...held, readerId, since: now(), reader, turn: Promise.resolve(), waiting: 0 }
      slots.set(readerId, slot)
      try {
        const state = await inTurn(slot, () => resetCard(connect, held.cardId))
        return { readerId, card: { ...held, since: slot.since, triesLeft: triesOf(state) } }
      } catch (error) {
        if (slots.get(readerId) === slot) slots.delete(readerId)
        throw error
      }
    },

    /** One operation with the card in this reader, begun by selecting its application: no PIN verified before counts. */
    use: <T>(readerId: string, operation: (reader: Reader) => Promise<T>): Promise<T> => {
      const slot = slots.get(readerId)
      if (slot === undefined) throw empty(readerId)
      return inTurn(slot, async () => {
        if (slots.get(readerId) !== slot) throw empty(readerId)
        await slot.reader.select()
        return operation(slot.reader)
      })
    },
  }
}

export type Slots = ReturnType<typeof createSlots>
