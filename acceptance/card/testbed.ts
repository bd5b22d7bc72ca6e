/** The testbed that the cards come from: `npm run serve` in a process of its own, spoken to over HTTP as anybody would. */
import { createClient } from '@libsql/client'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { personOf } from '../../scenarios/people.ts'
import { start, until, type Running } from './programs.ts'

export type Testbed = { url: string; tlsUrl: string; folder: string }
export type Kind = 'authentication' | 'signature'

const root = join(import.meta.dirname, '..', '..')

/** What happens at a counter reaches the certification authority at once. */
const atOnce = { residentNetworkDelayMs: '0s' }

/** Ports of the private network that the tests run in, where nobody else is. */
const firstPort = 4000
const firstTlsPort = 4443

type Served = {
  variables?: Record<string, string>
  /** The first testbed has the first two ports, the second the next. */ number?: number
}

/** Serves a new world in `folder`; resolves when it answers. */
export const serveTestbed = async (
  folder: string,
  { variables = {}, number = 0 }: Served = {},
): Promise<{ testbed: Testbed; process: Running }> => {
  const [port, tlsPort] = [firstPort + number, firstTlsPort + number]
  const testbed = { url: `http://127.0.0.1:${port}`, tlsUrl: `https://127.0.0.1:${tlsPort}`, folder }
  const set = Object.entries({ ...atOnce, ...variables }).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const served = start(process.execPath, [join(root, 'sim', 'serve.ts'), '--folder', folder, ...set], {
    PORT: String(port),
    TLS_PORT: String(tlsPort),
  })
  await until(
    'the testbed to answer',
    async () => {
      if (served.isOver()) throw new Error(`the testbed ended: ${served.output()}`)
      return fetch(`${testbed.url}/health`).then(
        (response) => response.ok,
        () => false,
      )
    },
    60_000,
  )
  return { testbed, process: served }
}

type Call = { method?: 'GET' | 'POST'; json?: unknown; token?: string }

/** Status and parsed body of one call. */
export const call = async (
  url: string,
  { method, json, token }: Call = {},
): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(url, {
    method: method ?? (json === undefined ? 'GET' : 'POST'),
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** The text under this name in an answer, or an error that shows the answer. */
export const textOf = (answer: unknown, name: string): string => {
  const value =
    typeof answer === 'object' && answer !== null ? Object.entries(answer).find(([key]) => key === name) : []
  const [, text] = value ?? []
  if (typeof text === 'string') return text
  throw new Error(`no ${name} in ${JSON.stringify(answer)}`)
}

const good = async (url: string, request: Call): Promise<unknown> => {
  const { status, body } = await call(url, request)
  if (status !== 200) throw new Error(`${url} answered ${status}: ${JSON.stringify(body)}`)
  return body
}

const townOf = (url: string, personId: string) => `${url}/${personOf(personId).municipality}`

/** Enters a person of the cast into the register and has the card issued; the card's id. */
export const issueCard = async ({ url }: Testbed, personId: string): Promise<string> => {
  const { basicFour, card } = personOf(personId)
  const town = townOf(url, personId)
  await good(`${town}/residents`, { json: { residentId: personId, basicFour } })
  return textOf(await good(`${town}/residents/${personId}/cards`, { json: card }), 'cardId')
}

/** What the municipality does for this resident at its counter: `card-losses`, `unblocks` … */
export const atCounter = ({ url }: Testbed, personId: string, act: string, json: unknown = {}) =>
  good(`${townOf(url, personId)}/residents/${personId}/${act}`, { json })

/** Moves the testbed's clock on; everything due happens in order. */
export const letTimePass = ({ url }: Testbed, ms: number) => good(`${url}/manage/clock/advance`, { json: { ms } })

/** The id of the card that a resident holds. */
const cardOf = async ({ url }: Testbed, personId: string): Promise<string> =>
  textOf(await good(`${townOf(url, personId)}/residents/${personId}`, {}), 'cardId')

/** A party's token, as somebody at its own machine gets one. */
export const tokenOf = async ({ url }: Testbed, as: string, audience: string) =>
  textOf(await good(`${url}/manage/tokens`, { json: { as, audience } }), 'token')

/** The certificate that the certification authority has in its own register for this card, and its own certificate of that generation. */
export const issuedFor = async (testbed: Testbed, personId: string, kind: Kind) => {
  const cardId = await cardOf(testbed, personId)
  const database = createClient({ url: `file:${join(testbed.folder, 'ca.db')}` })
  try {
    const ask = async (sql: string, args: (string | number)[]) => {
      const { rows } = await database.execute({ sql, args })
      const [row] = rows
      if (row === undefined) throw new Error(`the authority has no ${kind} certificate for ${personId}`)
      return row
    }
    const row = await ask(
      'select certificate, generation from certificates where cardId = ? and kind = ? order by number desc',
      [cardId, kind],
    )
    const authority = await ask('select certificate from authorities where kind = ? and generation = ?', [
      kind,
      Number(row['generation']),
    ])
    const certificate = new X509Certificate(Buffer.from(String(row['certificate']), 'base64'))
    const ca = new X509Certificate(Buffer.from(String(authority['certificate']), 'base64'))
    return { certificate, ca }
  } finally {
    database.close()
  }
}
