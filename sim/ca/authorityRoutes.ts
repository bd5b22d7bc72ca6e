/** The authority's keys over HTTP: its certificates for all to see, and what its own staff order of keys and lists. */
import { Hono } from 'hono'
import { requestIdOf, route, type Edge } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { authority, authorityList, crlPublished } from '../messages/certificate.ts'
import { certificateKinds } from '../pki/profile.ts'
import type { Authorities, Generation } from './authority.ts'
import type { CrlPublication } from './crlPublication.ts'
import type { Generations } from './generation.ts'
import { generationNumber, kindOf, operators } from './routeNames.ts'

type Parts = { authorities: Authorities; generations: Generations; crls: CrlPublication }

const view = ({ kind, generation, state, der }: Generation) => ({ kind, generation, state, certificate: toBase64(der) })

export const createAuthorityRoutes = (site: Site, { authorities, generations, crls }: Parts) =>
  new Hono<Edge>()
    .get(
      '/authorities',
      route({
        summary: 'The certificates of both authorities, newest first; no reason to trust them',
        purpose: 'authority.list',
        answer: authorityList,
      }),
      (c) => {
        const all = certificateKinds.flatMap((kind) => authorities.list(kind))
        return c.json({ authorities: all.filter(({ state }) => state !== 'compromised').map(view) })
      },
    )
    .post(
      '/authorities/:kind/generations',
      route({
        summary: 'Roll over to a new key under the same name; generations before it live on 鍵の世代交代',
        purpose: 'authority.roll-over',
        roles: operators,
        answer: authority,
      }),
      async (c) => c.json(view(await generations.rollOver(kindOf(c.req.param('kind')), requestIdOf(c, site)))),
    )
    .post(
      '/authorities/:kind/generations/:generation/compromises',
      route({
        summary: 'Declare a generation’s key compromised: out of trust, and all it issued revoked 危殆化の訓練',
        purpose: 'authority.declare-compromised',
        roles: operators,
        answer: authority,
      }),
      async (c) => {
        const { kind, generation } = c.req.param()
        const number = generationNumber(generation)
        return c.json(view(await generations.declareCompromised(kindOf(kind), number, requestIdOf(c, site))))
      },
    )
    .post(
      '/crls/:kind/:partition/publications',
      route({
        summary: 'Publish a revocation list now, between two days; of the newest generation unless asked',
        purpose: 'crl.publish',
        roles: operators,
        answer: crlPublished,
      }),
      async (c) => {
        const kind = kindOf(c.req.param('kind'))
        const asked = c.req.query('generation')
        const { generation } =
          asked === undefined ? authorities.newest(kind) : authorities.of(kind, generationNumber(asked))
        return c.json(await crls.publishNow({ kind, generation, partition: c.req.param('partition') }))
      },
    )
