/** The HTTP interface of residents and terminals: who there is to play, and card readers that talk APDUs to their cards. */
import { createEdge, route, routeWithBody, type Edge, type Route } from '../../sim/core/http.ts'
import { Unreachable } from '../../sim/core/network.ts'
import { Problem } from '../../sim/core/problem.ts'
import type { Site } from '../../sim/core/site.ts'
import { CardError } from '../../sim/card/reader.ts'
import {
  cardInsertion,
  pinChange,
  pinChangeAnswer,
  playablePeople,
  playablePerson,
  proofAnswer,
  proofRequest,
  readerId,
  readerList,
  readerShown,
  signingAnswer,
  signingRequest,
} from '../../sim/messages/terminal.ts'
import type { Context } from 'hono'
import type { Operations } from './operations.ts'
import { withoutIssuedPins, withoutPin } from './redaction.ts'

const proveRoute: Route = {
  summary: 'Enter the PIN and have the card sign a challenge; the PIN is in this request only and kept nowhere',
  purpose: 'terminal.prove',
  answer: proofAnswer,
  redact: withoutPin(['challengeId', 'challenge']),
}
const signRoute: Route = {
  summary: 'Enter the signature password and have the card sign a document as CMS SignedData 署名',
  purpose: 'terminal.sign',
  answer: signingAnswer,
  redact: withoutPin(['document']),
}
const changeRoute: Route = {
  summary: 'Change one of the card’s PINs, which its holder can do where the old one is known',
  purpose: 'terminal.change-pin',
  answer: pinChangeAnswer,
  redact: withoutPin([]),
}

/** What the card would not do, and a card that does not answer, as problems; anything else is a bug. */
const withCard = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof CardError) throw new Problem(409, 'card-refused', cause.message, { cause })
    if (cause instanceof Unreachable) throw new Problem(503, 'no-answer', `${cause.message}; try again`, { cause })
    throw cause
  }
}

const readerOf = (c: Context<Edge, '/readers/:readerId'>): string => {
  const parsed = readerId.safeParse(c.req.param('readerId'))
  if (parsed.success) return parsed.data
  throw new Problem(422, 'invalid-reader', 'a reader is named with 1 to 80 letters, digits, hyphens or colons')
}

export const createApp = (site: Site, { people, readers }: Operations) => {
  /** Which classes of data went over the counter depends on how the card answered. */
  const carrying = (c: Context<Edge>, declared: Route, response: readonly string[]) => {
    c.get('evidence').route = { ...declared, carries: { request: ['pin'], response } }
  }

  return createEdge(site)
    .get(
      '/residents',
      route({
        summary: 'Everybody one can play, with test PINs: all of them are invented',
        purpose: 'terminal.list-people',
        answer: playablePeople,
        repeatable: true,
        redact: withoutIssuedPins,
      }),
      async (c) => c.json({ residents: await withCard(people.all()) }),
    )
    .get(
      '/residents/:residentId',
      route({
        summary: 'One person to play: what the register says now, and where the card is',
        purpose: 'terminal.show-person',
        answer: playablePerson,
        repeatable: true,
        redact: withoutIssuedPins,
      }),
      async (c) => c.json(await withCard(people.show(c.req.param('residentId')))),
    )
    .get(
      '/readers',
      route({
        summary: 'Every reader with a card in it',
        purpose: 'terminal.list-readers',
        answer: readerList,
        repeatable: true,
      }),
      (c) => c.json({ readers: readers.list() }),
    )
    .get(
      '/readers/:readerId',
      route({
        summary: 'The card in a reader, and the tries left for its PINs; empty while none is in it',
        purpose: 'terminal.show-reader',
        answer: readerShown,
        repeatable: true,
      }),
      async (c) => c.json(await withCard(readers.show(readerOf(c)))),
    )
    .post(
      '/readers/:readerId/card',
      routeWithBody(cardInsertion, {
        summary: 'Put a person’s card into a reader; 409 says where the card is, or whose card is in the way',
        purpose: 'terminal.insert-card',
        answer: readerShown,
        repeatable: true,
      }),
      async (c) => {
        const { residentId, takeOut } = c.req.valid('json')
        return c.json(await withCard(people.insertCard(readerOf(c), residentId, takeOut)))
      },
    )
    .delete(
      '/readers/:readerId/card',
      route({
        summary:
          'Take the card out: its power goes, and with it every verified PIN; nothing happens to an empty reader',
        purpose: 'terminal.remove-card',
        answer: readerShown,
        repeatable: true,
      }),
      async (c) => {
        await withCard(readers.remove(readerOf(c)))
        return c.json({ readerId: readerOf(c) })
      },
    )
    .post('/readers/:readerId/authentications', routeWithBody(proofRequest, proveRoute), async (c) => {
      const proved = await withCard(readers.prove(readerOf(c), c.req.valid('json')))
      carrying(c, proveRoute, proved.outcome === 'proved' ? ['certificate', 'signature'] : [])
      return c.json(proved)
    })
    .post('/readers/:readerId/signatures', routeWithBody(signingRequest, signRoute), async (c) => {
      const signed = await withCard(readers.sign(readerOf(c), c.req.valid('json')))
      carrying(c, signRoute, signed.outcome === 'signed' ? ['signed-document'] : [])
      return c.json(signed)
    })
    .post('/readers/:readerId/pin-changes', routeWithBody(pinChange, changeRoute), async (c) => {
      const changed = await withCard(readers.changePin(readerOf(c), c.req.valid('json')))
      carrying(c, changeRoute, [])
      return c.json(changed)
    })
}
