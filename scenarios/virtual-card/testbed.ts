/** The running testbed as anybody outside it sees it: its public HTTP interfaces, typed. */
import { hc } from 'hono/client'
import { z } from 'zod'
import type { CardApp } from '../../sim/card/index.ts'
import { Explained } from '../../sim/core/explained.ts'
import { answer, overTcp, Unreachable } from '../../sim/core/network.ts'
import { Problem, readProblem } from '../../sim/core/problem.ts'
import { SECOND } from '../../sim/core/clock.ts'
import type { pinUnblock } from '../../sim/messages/residence.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'

/** A person at a command line waits no longer for one answer (assumed). */
const patienceMs = 10 * SECOND

const text = z.object({ ja: z.string(), en: z.string() })
const health = z.object({
  now: z.number(),
  parties: z.array(z.object({ id: z.string(), role: z.string(), name: text })),
  /** Where one logs in with the card over TLS; absent where the testbed does not offer it. */
  cardLogin: z
    .object({
      url: z.string(),
      authority: z.string(),
      providers: z.array(z.object({ id: z.string(), url: z.string() })),
    })
    .optional(),
})
export type Health = z.output<typeof health>

export const defaultUrl = 'http://127.0.0.1:4000'

const notRunning = (url: string, cause: unknown) =>
  new Explained(
    {
      ja:
        `${url} でテストベッドが動いていません。別の端末で \`npm start\`（住民つきの世界）か \`npm run serve\` を起動してください。` +
        '別の場所で動いているときは --url で示してください。',
      en:
        `No testbed answers at ${url}. Start it in another terminal with \`npm start\` (a world with residents) or \`npm run serve\`. ` +
        'If it runs elsewhere, say where with --url.',
    },
    { cause },
  )

const otherServer = (url: string, cause: unknown) =>
  new Explained(
    {
      ja: `${url} で答えたのはこのテストベッドではありません。--url を確かめてください。`,
      en: `What answers at ${url} is not this testbed: check --url.`,
    },
    { cause },
  )

const pathOf = (input: string | URL | Request) => {
  const url = new URL(input instanceof Request ? input.url : input)
  return url.pathname + url.search
}

/** Undefined for what the testbed does not have (404). */
const orAbsent = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  }
}

/** Finds out who is there; throws an explanation when nobody answers at `url`. */
export const findTestbed = async (url: string) => {
  const base = url.replace(/\/+$/, '')
  const urls = new Map([['front', base]])
  const transport = overTcp(urls, { patienceMs })

  /** A call from outside, or an explanation why there was no answer. */
  const call = async (to: string, path: string, init: RequestInit): Promise<Response> => {
    try {
      return await transport(to, path, init)
    } catch (error) {
      if (error instanceof Unreachable) throw notRunning(base, error)
      throw error
    }
  }

  /** Options of a typed client whose calls go to this party. */
  const through = (to: string) => ({
    fetch: (input: string | URL | Request, init?: RequestInit) => call(to, pathOf(input), init ?? {}),
  })
  const cardOf = (cardId: string) => ({
    card: hc<CardApp>('http://party', through('card'))[':cardId'],
    param: { cardId },
  })
  const residentOf = (town: string, residentId: string) => ({
    resident: hc<MunicipalityApp>('http://party', through(town)).residents[':residentId'],
    param: { residentId },
  })

  const json = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await call('front', path, init)
    if (!response.ok) throw await readProblem(response)
    return response.json()
  }

  const readHealth = async (): Promise<Health> => {
    try {
      return health.parse(await json('/health', {}))
    } catch (error) {
      if (error instanceof Problem && error.code === 'starting')
        throw new Explained({
          ja: 'テストベッドは起動の途中です。少し待ってからもう一度試してください。',
          en: 'The testbed is still starting: try again in a moment.',
        })
      if (error instanceof Explained) throw error
      throw otherServer(base, error)
    }
  }

  const { parties, cardLogin } = await readHealth()
  for (const { id } of parties) urls.set(id, `${base}/${id}`)

  return {
    url: base,
    cardLogin,
    parties,
    municipalities: parties.filter(({ role }) => role === 'municipality').map(({ id }) => id),
    /** JSON from a path below the testbed's own address; the answer is not checked. */
    get: (path: string): Promise<unknown> => json(path, {}),
    post: (path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> =>
      json(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    /** The register's record, if this municipality has one. */
    resident: (town: string, residentId: string) => {
      const { resident, param } = residentOf(town, residentId)
      return orAbsent(answer(resident.$get({ param })))
    },
    unblock: (town: string, residentId: string, json: z.output<typeof pinUnblock>) => {
      const { resident, param } = residentOf(town, residentId)
      return answer(resident.unblocks.$post({ param, json }))
    },
    /** Tries left and certificates present, if there is such a card. */
    cardState: (cardId: string) => {
      const { card, param } = cardOf(cardId)
      return orAbsent(answer(card.$get({ param })))
    },
    /** The card as a terminal has it: APDUs and power. */
    terminal: (cardId: string) => {
      const { card, param } = cardOf(cardId)
      return {
        transmit: async (apdu: string) => (await answer(card.apdu.$post({ param, json: { apdu } }))).response,
        reset: async () => void (await answer(card.resets.$post({ param }))),
      }
    },
  }
}

export type Testbed = Awaited<ReturnType<typeof findTestbed>>
