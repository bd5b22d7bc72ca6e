/** The counter 窓口: what clerks do with what residents bring, and what they tell them when it cannot be done. */
import type { z } from 'zod'
import type { ActorKind, State } from '../core/actors.ts'
import { answer, once, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CardApp } from '../card/index.ts'
import type { cardIssue, moveIn, pinUnblock, registration, signatureReissue } from '../messages/residence.ts'
import { certificateValidity } from '../pki/validity.ts'
import type { Neighbours } from './effects.ts'
import type { ResidentEvent } from './resident.ts'
import type { residentMachine } from './residentMachine.ts'
import { recordOf, residenceOf, type ResidentRecord } from './store.ts'

export type CounterParts = {
  residents: ActorKind<typeof residentMachine>
  neighbours: Neighbours
  residentNetworkDelayMs: number
}
type Resident = State<typeof residentMachine>

export const createCounter = (site: Site, { residents, neighbours, residentNetworkDelayMs }: CounterParts) => {
  const view = (resident: Resident): ResidentRecord => recordOf(resident, site.clock.now())

  const tell = async (residentId: string, event: ResidentEvent, requestId: string): Promise<ResidentRecord> =>
    view(await residents.send(residentId, event, requestId))

  /** As `tell`, for what card or authority may refuse. */
  const order = async (residentId: string, event: ResidentEvent, requestId: string): Promise<ResidentRecord> => {
    const resident = await residents.send(residentId, event, requestId)
    const { refusal } = resident.context
    if (refusal !== null) throw new Problem(refusal.status, refusal.code, refusal.detail)
    return view(resident)
  }

  const begin = (residentId: string) => residents.start(residentId, { residentNetworkDelayMs })

  const register = async ({ residentId, basicFour }: z.output<typeof registration>, requestId: string) => {
    await begin(residentId)
    return tell(residentId, { type: 'resident.registered', basicFour }, requestId)
  }

  const arrive = async ({ residentId, from, address }: z.output<typeof moveIn>, requestId: string) => {
    if (from === site.id) throw new Problem(422, 'not-another-municipality', 'who moves within does not move in')
    await begin(residentId)
    const resident = await residents.send(
      residentId,
      { type: 'resident.arrived', arrival: { from, address } },
      requestId,
    )
    if (resident.state === 'arriving')
      throw new Problem(503, 'record-awaited', `${from} cannot be reached; the move is taken up again by itself`)
    const { refusal } = resident.context
    if (refusal !== null) throw new Problem(refusal.status, refusal.code, refusal.detail)
    return view(resident)
  }

  const checkAge = async (residentId: string) => {
    const { basicFour } = (await residents.get(residentId)).context
    if (basicFour === null) return
    const { dateOfBirth } = basicFour
    const validity = certificateValidity({ kind: 'signature', dateOfBirth, issuedAt: site.clock.now() })
    if (validity.result === 'refused')
      throw new Problem(422, validity.reason, 'no signature certificate is issued below 15 years of age')
  }

  const checkCard = async (residentId: string) => {
    const { card } = (await residents.get(residentId)).context
    if (card !== null && card.expiresAt < site.clock.now())
      throw new Problem(422, 'card-expired', `card ${card.cardId} has run out; a new one is issued for it`)
  }

  const issueCard = async (residentId: string, asked: z.output<typeof cardIssue>, requestId: string) => {
    const { authenticationPin, signaturePassword } = asked
    if (signaturePassword !== undefined) await checkAge(residentId)
    const event = {
      ...{ type: 'card.requested' as const, cardId: `card-${site.random.id()}`, authenticationPin },
      ...(signaturePassword !== undefined && { signaturePassword }),
      at: site.clock.now(),
    }
    return order(residentId, event, requestId)
  }

  const reissue = async (residentId: string, asked: z.output<typeof signatureReissue>, requestId: string) => {
    await checkAge(residentId)
    const { signaturePassword } = asked
    const event = {
      type: 'signature.requested',
      ...(signaturePassword !== undefined && { signaturePassword }),
    } as const
    return orderOnCard(residentId, event, requestId)
  }

  /** As `order`, on the card one has, which must not have run out. */
  const orderOnCard = async (residentId: string, event: ResidentEvent, requestId: string) => {
    await checkCard(residentId)
    return order(residentId, event, requestId)
  }

  /** As `tell`, with a word about the cards when that is why it cannot be. */
  const tellOfCard = async (residentId: string, event: ResidentEvent, requestId: string) => {
    try {
      return await tell(residentId, event, requestId)
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.code !== 'not-now') throw cause
      const why =
        event.type === 'card.found'
          ? `no card of resident ${residentId} is missing; one that turns up after a new one was issued is handed in`
          : `this is neither the card of resident ${residentId} nor one that was lost`
      throw new Problem(409, 'no-such-card-of-theirs', why, { cause })
    }
  }

  /** Straight to the card, so that the PIN is kept nowhere; the resident waits at the counter and may simply ask again. */
  const unblock = async (residentId: string, json: z.output<typeof pinUnblock>, requestId: string) => {
    await checkCard(residentId)
    const resident = await residents.get(residentId)
    const { card } = resident.context
    if (card === null || residenceOf(resident) !== 'registered')
      throw new Problem(409, 'no-card', `resident ${residentId} has no card here`)
    const cards = site.network.connect<CardApp>(neighbours.card)
    try {
      await answer(cards[':cardId'].unblocks.$post({ param: { cardId: card.cardId }, json }, once(requestId)))
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      throw new Problem(503, 'card-unreachable', 'the card does not answer; try again', { cause: error })
    }
    return view(resident)
  }

  const show = async (residentId: string) => view(await residents.get(residentId))

  /** Who moves in has no entry before the other municipality hands it over. */
  const list = async (after: string, limit: number) => {
    const found = await residents.page(after, limit + 1)
    const shown = found.slice(0, limit)
    const next = found.length > limit ? shown.at(-1)?.id : undefined
    return {
      residents: shown.filter(({ context }) => context.basicFour !== null).map(view),
      ...(next !== undefined && { next }),
    }
  }

  return { list, tell, tellOfCard, orderOnCard, register, arrive, issueCard, reissue, unblock, show }
}

export type Counter = ReturnType<typeof createCounter>
