/** Where verifiers learn how certificates stand: OCSP (RFC 6960, RFC 5019) and revocation lists (RFC 5280). */
import { createHash } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { SECOND } from '../core/clock.ts'
import { callerOf, charge, route, type Edge, type Route } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import { crlList } from '../messages/certificate.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { Authorities } from './authority.ts'
import type { CrlPublication } from './crlPublication.ts'
import type { AnswerOcsp } from './ocspAnswer.ts'
import { generationNumber, kindOf, verifiers } from './routeNames.ts'
import type { UsageCounter } from './usage.ts'

export type StatusParts = {
  authorities: Authorities
  crls: CrlPublication
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

const listRoute = (summary: string): Route => ({
  summary,
  purpose: 'crl.fetch',
  roles: verifiers,
  carries: { request: [], response: ['certificate-serial', 'certificate-status'] },
  buffered: true,
})

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

export const createStatusRoutes = (site: Site, { authorities, crls, answerOcsp, usage }: StatusParts) => {
  /** Whether it must be paid for is the tariff's business (電子証明書検証手数料). */
  const count = (c: Context<Edge>, asked: { kind: CertificateKind; method: 'ocsp' | 'crl'; count: number }) => {
    const verifier = callerOf(c).id
    usage.count({ verifier, ...asked })
    charge(c, { item: `${asked.kind}.${asked.method}`, payer: verifier, payee: site.id, quantity: asked.count })
  }

  const send = (c: Context<Edge>, body: Uint8Array<ArrayBuffer>, of: { type: string; shared?: Shared }) => {
    if (of.shared === undefined) return c.body(body, 200, { 'content-type': of.type })
    const sent = cachingHeaders(of.shared, site.clock.now())
    if (isKnown(c.req.header('if-none-match'), of.shared.etag)) return c.body(null, 304, sent)
    return c.body(body, 200, { 'content-type': of.type, ...sent })
  }

  const ocsp = async (c: Context<Edge>, request: Uint8Array) => {
    const kind = kindOf(c.req.param('kind') ?? '')
    const { response, checks, shared } = await answerOcsp(kind, request)
    if (checks > 0) count(c, { kind, method: 'ocsp', count: checks })
    const cacheable = shared !== undefined && c.req.method === 'GET'
    return send(c, response, { type: 'application/ocsp-response', ...(cacheable && { shared }) })
  }

  const list = async (c: Context<Edge>, type: 'full' | 'delta') => {
    const kind = kindOf(c.req.param('kind') ?? '')
    const asked = c.req.query('generation')
    const generation = asked === undefined ? authorities.newest(kind) : authorities.of(kind, generationNumber(asked))
    const partition = c.req.param('partition') ?? ''
    const { der, thisUpdate, nextUpdate } = await crls.current(
      { kind, generation: generation.generation, partition },
      type,
    )
    count(c, { kind, method: 'crl', count: 1 })
    // the end is the signature, which no two lists have in common
    const etag = `"${createHash('sha256').update(der.subarray(-512)).digest('base64url')}"`
    const shared = { etag, thisUpdate, nextUpdate }
    return send(c, der, { type: 'application/pkix-crl', shared })
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
      route(listRoute('The full revocation list of one partition (RFC 5280); of the newest generation unless asked')),
      (c) => list(c, 'full'),
    )
    .get(
      '/crls/:kind/:partition/delta',
      route(listRoute('What was revoked since the full list of the day (RFC 5280 section 5.2.4)')),
      (c) => list(c, 'delta'),
    )
    .post('/ocsp/:kind', route(statusRoute), (c) => ocsp(c, c.get('requestBody')))
    .get('/ocsp/:kind/:request{.+}', route(statusRoute), (c) =>
      ocsp(c, new Uint8Array(Buffer.from(c.req.param('request'), 'base64'))),
    )
}
