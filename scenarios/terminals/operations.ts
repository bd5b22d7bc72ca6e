/** What can be done at terminals, with people found by name and cards in readers. */
import type { z } from 'zod'
import { Problem } from '../../sim/core/problem.ts'
import type { Site } from '../../sim/core/site.ts'
import type {
  pinChange,
  pinChangeAnswer,
  playablePerson,
  proofAnswer,
  proofRequest,
  signingAnswer,
  signingRequest,
} from '../../sim/messages/terminal.ts'
import type { Person } from '../people.ts'
import { prove, signWith } from './card.ts'
import type { Registry } from './registry.ts'
import { createSlots } from './slots.ts'

type PlayablePerson = z.output<typeof playablePerson>

/** What the card said to a PIN that it did not accept. */
const refusal = (said: { result: 'wrong'; triesLeft: number } | { result: 'blocked' }) =>
  said.result === 'wrong' ? { outcome: 'wrong' as const, triesLeft: said.triesLeft } : { outcome: 'blocked' as const }

export const createOperations = (site: Site, { cast, registry }: { cast: readonly Person[]; registry: Registry }) => {
  const now = () => site.clock.now()
  const slots = createSlots({ connect: site.network.connect, now })

  const show = async (person: Person): Promise<PlayablePerson | undefined> => {
    const found = await registry.find(person)
    if (found === undefined) return undefined
    const { card: held, ...known } = found
    const { id: residentId, standsFor, card, television, insurance, payment } = person
    const readerId = held && slots.readerWith(held.cardId)
    return {
      residentId,
      standsFor,
      ...known,
      card:
        held === undefined
          ? { state: 'none' }
          : {
              state: held.lost ? 'lost' : 'held',
              cardId: held.cardId,
              ...(card !== undefined && { issuedPins: card }),
              ...(readerId !== undefined && { readerId }),
            },
      ...(television !== undefined && { television }),
      ...(insurance !== undefined && { insurance }),
      ...(payment !== undefined && { payment: { issuer: payment.issuer, accountNumber: payment.accountNumber } }),
    }
  }

  const nobody = (residentId: string) =>
    new Problem(404, 'nobody-of-this-name', `nobody to play is called ${residentId}, or no register knows them`)

  const personOf = (residentId: string): Person => {
    const person = cast.find(({ id }) => id === residentId)
    if (person === undefined) throw nobody(residentId)
    return person
  }

  return {
    people: {
      all: async (): Promise<PlayablePerson[]> => {
        const shown = await Promise.all(cast.map(show))
        return shown.filter((one) => one !== undefined)
      },

      show: async (residentId: string): Promise<PlayablePerson> => {
        const shown = await show(personOf(residentId))
        if (shown === undefined) throw nobody(residentId)
        return shown
      },

      /** A lost card too: whoever found it may try. */
      insertCard: async (readerId: string, residentId: string, takeOut: boolean) => {
        const found = await registry.find(personOf(residentId))
        if (found === undefined) throw nobody(residentId)
        if (found.card === undefined) throw new Problem(409, 'no-card', `${residentId} has no card`)
        return slots.insert(readerId, { residentId, cardId: found.card.cardId }, takeOut)
      },
    },

    readers: {
      list: slots.list,
      show: slots.show,
      remove: slots.remove,

      prove: (readerId: string, { pin, ...challenge }: z.output<typeof proofRequest>) =>
        slots.use(readerId, async (reader): Promise<z.output<typeof proofAnswer>> => {
          const proved = await prove(reader, challenge, pin)
          if (proved.result === 'proved') return { outcome: 'proved', ...proved.proof }
          return refusal(proved)
        }),

      sign: (readerId: string, { document, password }: z.output<typeof signingRequest>) =>
        slots.use(readerId, async (reader): Promise<z.output<typeof signingAnswer>> => {
          if (!(await reader.readPresence()).signature) return { outcome: 'absent' }
          const signed = await signWith(reader, document, { password, signingTime: now() })
          if (signed.result === 'signed') return { outcome: 'signed', signedDocument: signed.signedDocument }
          return refusal(signed)
        }),

      changePin: (readerId: string, { pin, oldValue, newValue }: z.output<typeof pinChange>) =>
        slots.use(readerId, async (reader): Promise<z.output<typeof pinChangeAnswer>> => {
          if (!(await reader.readPresence())[pin]) return { outcome: 'absent' }
          const changed = await reader.changePin(pin, oldValue, newValue)
          if (changed.result === 'ok') return { outcome: 'changed' }
          return changed.result === 'unacceptable' ? { outcome: 'unacceptable' } : refusal(changed)
        }),
    },
  }
}

export type Operations = ReturnType<typeof createOperations>
