/** The certification authority's HTTP interface: orders from municipalities, questions from accredited verifiers. */
import type { Context } from 'hono'
import { callerOf, charge, createEdge, requestIdOf, route, routeWithBody, type Edge, type Route } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import {
  authorityList,
  certificateIssued,
  certificateRequest,
  certificateState,
  crlList,
  revocationRequest,
  serialLink,
  serialLinkRequest,
  successor,
  successorRequest,
  usage,
} from '../messages/certificate.ts'
import { certificateKind } from '../messages/person.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import type { Authorities } from './authority.ts'
import type { CrlPublication } from './crlPublication.ts'
import type { Issue } from './issuing.ts'
import type { AnswerOcsp } from './ocspAnswer.ts'
import type { createRevoking } from './revoking.ts'
import type { SerialLinks } from './serialLink.ts'
import type { CaStore } from './store.ts'

export type CaParts = {
  store: CaStore
  authorities: Authorities
  issue: Issue
  revoking: ReturnType<typeof createRevoking>
  crls: CrlPublication
  answerOcsp: AnswerOcsp
  links: SerialLinks
}

/** Accredited verifiers 署名検証者等 ask for all they serve; providers may not ask themselves (公的個人認証法 17条, 36条). */
const verifiers = ['platform']
const municipalities = ['municipality']

const statusRoute: Route = {
  summary: 'How certificates stand, as of the last quarter of an hour (RFC 6960)',
  purpose: 'certificate.check',
  roles: verifiers,
  carries: { request: ['certificate-serial'], response: ['certificate-serial', 'certificate-status'] },
}

const kindOf = (text: string): CertificateKind => {
  const parsed = certificateKind.safeParse(text)
  if (!parsed.success) throw new Problem(404, 'no-such-kind', 'certificates are for signature or authentication')
  return parsed.data
}

export const createApp = (site: Site, { store, authorities, issue, revoking, crls, answerOcsp, links }: CaParts) => {
  /** Whether it must be paid for is the tariff's business (電子証明書検証手数料). */
  const count = async (c: Context<Edge>, asked: { kind: CertificateKind; method: 'ocsp' | 'crl'; count: number }) => {
    const verifier = callerOf(c).id
    await store.countUsage({ verifier, ...asked })
    const item = `${asked.kind}.${asked.method}`
    charge(c, { item, payer: verifier, payee: site.id, quantity: asked.count })
  }

  const ocsp = async (c: Context<Edge>, request: Uint8Array) => {
    const kind = kindOf(c.req.param('kind') ?? '')
    const { response, checks } = await answerOcsp(kind, request)
    if (checks > 0) await count(c, { kind, method: 'ocsp', count: checks })
    return c.body(new Uint8Array(response), 200, { 'content-type': 'application/ocsp-response' })
  }

  return createEdge(site)
    .get(
      '/authorities',
      route({
        summary: 'The certificates of both authorities',
        purpose: 'authority.list',
        answer: authorityList,
      }),
      (c) =>
        c.json({
          authorities: certificateKinds.map((kind) => ({
            kind,
            generation: authorities[kind].generation,
            certificate: toBase64(authorities[kind].authority.certificate),
          })),
        }),
    )
    .post(
      '/certificates',
      routeWithBody(certificateRequest, {
        summary: 'Issue a certificate for a key on a resident’s card',
        purpose: 'certificate.issue',
        roles: municipalities,
        answer: certificateIssued,
      }),
      async (c) => {
        const municipality = callerOf(c).id
        return c.json(await issue({ asked: c.req.valid('json'), municipality, requestKey: requestIdOf(c, site) }))
      },
    )
    .post(
      '/certificates/:kind/:serialNumber/revocations',
      routeWithBody(revocationRequest, {
        summary: 'Revoke a certificate; any municipality may, since people move',
        purpose: 'certificate.revoke',
        roles: municipalities,
        answer: certificateState,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.param()
        const named = { kind: kindOf(kind), serialNumber }
        return c.json(await revoking.revoke(named, c.req.valid('json').reason, requestIdOf(c, site)))
      },
    )
    .get(
      '/certificates/:kind/:serialNumber',
      route({
        summary: 'How a certificate stands at this moment',
        purpose: 'certificate.show',
        roles: municipalities,
        answer: certificateState,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.param()
        return c.json(await revoking.stateOf({ kind: kindOf(kind), serialNumber }))
      },
    )
    .get(
      '/crls',
      route({
        summary: 'The partitions of the revocation lists',
        purpose: 'crl.list',
        roles: verifiers,
        answer: crlList,
      }),
      (c) => c.json({ crls: crls.partitions() }),
    )
    .get(
      '/crls/:kind/:partition',
      route({
        summary: 'Today’s revocation list of one partition (RFC 5280)',
        purpose: 'crl.fetch',
        roles: verifiers,
        carries: { request: [], response: ['certificate-serial', 'certificate-status'] },
      }),
      async (c) => {
        const { kind, partition } = c.req.param()
        const crl = await crls.current(kindOf(kind), partition)
        await count(c, { kind: kindOf(kind), method: 'crl', count: 1 })
        return c.body(new Uint8Array(crl), 200, { 'content-type': 'application/pkix-crl' })
      },
    )
    .post('/ocsp/:kind', route(statusRoute), async (c) => ocsp(c, c.get('requestBody')))
    .get('/ocsp/:kind/:request{.+}', route(statusRoute), async (c) =>
      ocsp(c, new Uint8Array(Buffer.from(c.req.param('request'), 'base64'))),
    )
    .post(
      '/serial-links',
      routeWithBody(serialLinkRequest, {
        summary: 'From a signature certificate to the same card’s authentication certificate 発行番号の対応',
        purpose: 'serial-link.ask',
        roles: verifiers,
        answer: serialLink,
        repeatable: true,
      }),
      async (c) => {
        const authentication = await links.authenticationOf(c.req.valid('json').signatureSerialNumber)
        return c.json(authentication === undefined ? {} : { authenticationSerialNumber: authentication })
      },
    )
    .post(
      '/successors',
      routeWithBody(successorRequest, {
        summary: 'From a certificate to the one in use in its place',
        purpose: 'successor.ask',
        roles: verifiers,
        answer: successor,
        repeatable: true,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.valid('json')
        const successorSerialNumber = await links.successorOf(kind, serialNumber)
        return c.json(successorSerialNumber === undefined ? {} : { successorSerialNumber })
      },
    )
    .get(
      '/usage',
      route({
        summary: 'How often the asking verifier checked certificates',
        purpose: 'usage.show',
        roles: verifiers,
        answer: usage,
      }),
      async (c) => c.json({ usage: await store.usage(callerOf(c).id) }),
    )
}
