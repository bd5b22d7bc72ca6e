/** Where verifiers learn how certificates stand: OCSP (RFC 6960, RFC 5019), revocation lists (RFC 5280) and signed snapshots. */
import { createHash } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { SECOND } from '../core/clock.ts'
import { callerOf, charge, route, type Edge, type Route, sendBytes } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import { crlList } from '../messages/certificate.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { Authorities } from './authority.ts'
import type { CrlPublication } from './crlPublication.ts'
import type { AnswerOcsp } from './ocspAnswer.ts'
import type { Published } from './heldLists.ts'
import { generationNumber, kindOf, snapshotNumber, verifiers } from './routeNames.ts'
import type { SnapshotPublication } from './snapshotPublication.ts'
import type { CheckMethod } from './tables.ts'
import type { UsageCounter } from './usage.ts'

export type StatusParts = {
  authorities: Authorities
  crls: CrlPublication
  snapshots: SnapshotPublication
  answerOcsp: AnswerOcsp
  usage: UsageCounter
}

const statusRoute: Route = {
  summary: 'How certificates stand, as of the last quarter of an hour (RFC 6960)',
  purpose: 'certificate.check',
  roles: verifiers,
  carries: { request: ['certificate-serial'], response: ['certificate-serial', 'certificate-status'] },
  buffered: true,
}

const listRoute = (purpose: 'crl.fetch' | 'snapshot.fetch', summary: string): Route => ({
  summary,
  purpose,
  roles: verifiers,
  carries: { request: [], response: ['certificate-serial', 'certificate-status'] },
  buffered: true,
})

/** No two have it in common: a list ends with its signature, a snapshot begins with it. */
const tellingBytes = 512
const etagOf = ({ bytes }: Published, end: 'first' | 'last') => {
  const telling = end === 'first' ? bytes.subarray(0, tellingBytes) : bytes.subarray(-tellingBytes)
  return `"${createHash('sha256').update(telling).digest('base64url')}"`
}

type Shared = { etag: string; thisUpdate: number; nextUpdate: number }

/** What lets caches keep an answer as long as it is good and no longer, by the world's clock (RFC 5019 section 6.2). */
const cachingHeaders = ({ etag, thisUpdate, nextUpdate }: Shared, now: number): Record<string, string> => ({
  etag,
  date: new Date(now).toUTCString(),
  'last-modified': new Date(thisUpdate).toUTCString(),
  expires: new Date(nextUpdate).toUTCString(),
  'cache-control': `max-age=${Math.max(0, Math.floor((nextUpdate - now) / SECOND))}, public, no-transform, must-revalidate`,
})

/** RFC 9110 section 13.1.2: one of the tags named, or any. */
const isKnown = (ifNoneMatch: string | undefined, etag: string) =>
  ifNoneMatch !== undefined && ifNoneMatch.split(',').some((named) => ['*', etag, `W/${etag}`].includes(named.trim()))

export const createStatusRoutes = (site: Site, parts: StatusParts) => {
  const { authorities, crls, snapshots, answerOcsp, usage } = parts
  /** Whether it must be paid for is the tariff's business (電子証明書検証手数料). */
  const count = (c: Context<Edge>, asked: { kind: CertificateKind; method: CheckMethod; count: number }) => {
    const verifier = callerOf(c).id
    usage.count({ verifier, ...asked })
    charge(c, { item: `${asked.kind}.${asked.method}`, payer: verifier, payee: site.id, quantity: asked.count })
  }

  const send = (c: Context<Edge>, body: Uint8Array<ArrayBuffer>, of: { type: string; shared?: Shared }) => {
    if (of.shared === undefined) return sendBytes(c, body, { 'content-type': of.type })
    const sent = cachingHeaders(of.shared, site.clock.now())
    if (isKnown(c.req.header('if-none-match'), of.shared.etag)) return c.body(null, 304, sent)
    return sendBytes(c, body, { 'content-type': of.type, ...sent })
  }

  const ocsp = async (c: Context<Edge>, request: Uint8Array) => {
    const kind = kindOf(c.req.param('kind') ?? '')
    const { response, checks, shared } = await answerOcsp(kind, request)
    if (checks > 0) count(c, { kind, method: 'ocsp', count: checks })
    const cacheable = shared !== undefined && c.req.method === 'GET'
    return send(c, response, { type: 'application/ocsp-response', ...(cacheable && { shared }) })
  }

  const seriesOf = (c: Context<Edge>): { kind: CertificateKind; generation: number } => {
    const kind = kindOf(c.req.param('kind') ?? '')
    const asked = c.req.query('generation')
    const { generation } =
      asked === undefined ? authorities.newest(kind) : authorities.of(kind, generationNumber(asked))
    return { kind, generation }
  }

  const list = async (c: Context<Edge>, type: 'full' | 'delta') => {
    const series = seriesOf(c)
    const found = await crls.current({ ...series, partition: c.req.param('partition') ?? '' }, type)
    count(c, { kind: series.kind, method: 'crl', count: 1 })
    return send(c, found.bytes, { type: 'application/pkix-crl', shared: { ...found, etag: etagOf(found, 'last') } })
  }

  const sendSnapshot = (c: Context<Edge>, kind: CertificateKind, found: Published) => {
    count(c, { kind, method: 'snapshot', count: 1 })
    return send(c, found.bytes, {
      type: 'application/octet-stream',
      shared: { ...found, etag: etagOf(found, 'first') },
    })
  }

  const snapshot = async (c: Context<Edge>) => {
    const series = seriesOf(c)
    return sendSnapshot(c, series.kind, await snapshots.current(series))
  }

  /** Who has the newest already gets nothing and owes nothing. */
  const snapshotDelta = async (c: Context<Edge>) => {
    const series = seriesOf(c)
    const found = await snapshots.delta(series, snapshotNumber(c.req.param('base') ?? ''))
    return found === 'none-yet' ? c.body(null, 204) : sendSnapshot(c, series.kind, found)
  }

  return new Hono<Edge>()
    .get(
      '/crls',
      route({
        summary: 'The partitions of the revocation lists of every generation, and what is published of them',
        purpose: 'crl.list',
        roles: verifiers,
        answer: crlList,
      }),
      async (c) => c.json({ crls: await crls.published() }),
    )
    .get(
      '/crls/:kind/:partition',
      route(
        listRoute(
          'crl.fetch',
          'The full revocation list of one partition (RFC 5280); of the newest generation unless asked',
        ),
      ),
      (c) => list(c, 'full'),
    )
    .get(
      '/crls/:kind/:partition/delta',
      route(listRoute('crl.fetch', 'What was revoked since the full list of the day (RFC 5280 section 5.2.4)')),
      (c) => list(c, 'delta'),
    )
    .get(
      '/snapshots/:kind',
      route(
        listRoute('snapshot.fetch', 'All that is revoked under one key, signed; of the newest generation unless asked'),
      ),
      snapshot,
    )
    .get(
      '/snapshots/:kind/deltas/:base',
      route(
        listRoute(
          'snapshot.fetch',
          'What changed since snapshot number `base`, signed; 204 when nothing came after it',
        ),
      ),
      snapshotDelta,
    )
    .post('/ocsp/:kind', route(statusRoute), (c) => ocsp(c, c.get('requestBody')))
    .get('/ocsp/:kind/:request{.+}', route(statusRoute), (c) =>
      ocsp(c, new Uint8Array(Buffer.from(c.req.param('request'), 'base64'))),
    )
}
