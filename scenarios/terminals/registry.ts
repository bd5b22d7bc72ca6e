/** What the registers say of the people one can play, found at whichever municipality they live in now. */
import type { z } from 'zod'
import { answer } from '../../sim/core/network.ts'
import { Problem } from '../../sim/core/problem.ts'
import type { Site } from '../../sim/core/site.ts'
import type { playablePerson } from '../../sim/messages/terminal.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import type { World } from '../../sim/world.ts'
import type { Person } from '../people.ts'

type PlayablePerson = z.output<typeof playablePerson>
type Found = Pick<PlayablePerson, 'town' | 'standing' | 'basicFour' | 'certificates'> & {
  card?: { cardId: string; lost: boolean }
}

/** The municipalities of a world. */
export const townsOf = ({ parties }: Pick<World, 'parties'>) =>
  parties.filter(({ folder }) => folder === 'municipality').map(({ id }) => id)

/** Whoever left a town is looked for in the others. */
const leftFor = 'departed'

export const createRegistry = ({ network }: Pick<Site, 'network'>, towns: readonly string[]) => {
  /** Where each was found last: asked first. */
  const lastTown = new Map<string, string>()

  const recordAt = async (town: string, residentId: string): Promise<Found | undefined> => {
    const resident = network.connect<MunicipalityApp>(town).residents[':residentId']
    try {
      const {
        state: standing,
        basicFour,
        certificates,
        cardId,
        lostCardId,
      } = await answer(resident.$get({ param: { residentId } }))
      const inHand = cardId ?? lostCardId
      const card = inHand === undefined ? {} : { card: { cardId: inHand, lost: cardId === undefined } }
      return { town, standing, basicFour, certificates, ...card }
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return undefined
      throw error
    }
  }

  return {
    /** Undefined for somebody whom no register knows. A card that was reported lost is the person’s until there is another. */
    find: async ({ id, municipality }: Person): Promise<Found | undefined> => {
      const likely = lastTown.get(id) ?? municipality
      let departed: Found | undefined
      for (const town of [likely, ...towns.filter((other) => other !== likely)]) {
        const found = await recordAt(town, id)
        if (found === undefined) continue
        if (found.standing !== leftFor) {
          lastTown.set(id, town)
          return found
        }
        departed = found
      }
      return departed
    },
  }
}

export type Registry = ReturnType<typeof createRegistry>
