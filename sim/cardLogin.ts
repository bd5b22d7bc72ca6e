/** The door through which people log in with their cards: one TLS port, behind it the card-login routes of the providers and nothing else. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { createClock } from './core/clock.ts'
import { showPage } from './core/page.ts'
import { Problem } from './core/problem.ts'
import { CannotListen, type Listening } from './core/server.ts'
import type { Site, Text } from './core/site.ts'
import { listenTls, type TlsMaterial } from './core/tlsServer.ts'
import { MalformedError } from './pki/malformed.ts'
import { openServerFolder, type ServerIdentity } from './pki/serverCertificateFolder.ts'
import { readTrustFolder } from './pki/trustFolder.ts'
import type { Local } from './world.ts'

/** Where the door stands unless told otherwise. */
const usualPort = 4443

/** The providers that let people log in with the card. */
const roles = ['operator', 'subscription']
/** Their routes, and no others, by method. */
const routes = { GET: '/card-login', POST: '/card-login/contracts' } as const

export type CardLoginDoor = Listening & {
  /** The certificate of the CA that vouches for the door, PEM. */
  authority: string
  /** The same as a file, for `curl --cacert`. */
  authorityFile: string
  providers: { id: string; name: Text; url: string }[]
}

const providersOf = ({ sites }: Pick<Local, 'sites'>): Site[] =>
  [...sites.values()].filter(({ role }) => roles.includes(role))

/** The CAs whose certificates people are told to choose from: one for each name, as all generations of a CA have the same. */
const authenticationAuthorities = (trustFolder: string): string[] => {
  const pems = readTrustFolder(trustFolder)
    .filter(({ kind }) => kind === 'authentication')
    .map(({ der }) => new X509Certificate(der))
  return [...new Map(pems.map((authority) => [authority.subject, authority.toString()])).values()]
}

/** Looks at the trust folder whenever it changed. One with a bad file is told to the log, and the names stay as they are. */
const createMaterial = ({ key, certificate }: ServerIdentity, trustFolder: string): (() => TlsMaterial) => {
  const changedAt = () => statSync(trustFolder, { bigint: true, throwIfNoEntry: false })?.mtimeNs
  let seenAt: bigint | undefined
  let material: TlsMaterial = { key, cert: certificate, ca: [] }
  return () => {
    const now = changedAt()
    if (now === seenAt) return material
    seenAt = now
    try {
      material = { key, cert: certificate, ca: authenticationAuthorities(trustFolder) }
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      console.error('card login:', error)
    }
    return material
  }
}

const index = (providers: Site[]) =>
  new Hono().get('/', (c) => {
    if (!(c.req.header('accept') ?? '').includes('text/html'))
      return c.json({ providers: providers.map(({ id, name }) => ({ id, name, path: `/${id}${routes.GET}` })) })
    return showPage(c, {
      title: { ja: 'カードでログイン（模擬）', en: 'Log in with the card (simulated)' },
      body: (t) => html`
        <ul>
          ${providers.map(({ id, name }) => html`<li><a href="/${id}${routes.GET}">${t(name)}</a></li>`)}
        </ul>
        <p>
          ${t({
            ja: '利用者証明用電子証明書とその4桁の暗証番号を使います。事業者ごとに別の番号（仮名）で知られ、事業者どうしで突き合わせることはできません。',
            en: 'You need the certificate for user authentication and its four-digit PIN. Each provider knows you by another pseudonym, and no two can compare theirs.',
          })}
        </p>
      `,
    })
  })

/** The path inside is ours, not the caller's: nothing in a path leads to another route of the provider. */
const createDoor = (local: Pick<Local, 'sites' | 'apps'>): Hono => {
  const providers = providersOf(local)
  const door = new Hono()
  door.onError((error) => {
    if (error instanceof Problem) return error.response()
    console.error(error)
    return new Problem(500, 'bug', 'the server failed; its log says why').response()
  })
  const nothing = () => new Problem(404, 'no-such-page', 'nothing but card logins is served here').response()
  door.notFound(nothing)
  for (const [method, path] of Object.entries(routes))
    door.on(method, `/:provider${path}`, (c) => {
      const provider = providers.find(({ id }) => id === c.req.param('provider'))
      const app = provider && local.apps.get(provider.id)
      if (app === undefined) return nothing()
      const { search, origin } = new URL(c.req.url)
      return app.fetch(new Request(new URL(path + search, origin), c.req.raw), c.env)
    })
  return door.route('/', index(providers))
}

export type DoorOptions = { worldFolder: string; host: string; port: number }

/** The key and certificates of the door of this world, made if need be. */
export const openDoorFolder = (worldFolder: string): Promise<ServerIdentity> =>
  openServerFolder(join(worldFolder, 'tls'), createClock({ mode: 'real' }).now())

/** Serve until closed; undefined where none of the parties here lets people log in with the card. */
export const serveCardLogin = async (
  local: Pick<Local, 'sites' | 'apps'>,
  { worldFolder, host, port }: DoorOptions,
): Promise<CardLoginDoor | undefined> => {
  const providers = providersOf(local)
  if (providers.length === 0) return undefined
  const identity = await openDoorFolder(worldFolder)
  const material = createMaterial(identity, join(worldFolder, 'trust-anchors'))
  const listening = await listenTls(createDoor(local), { host, port, variable: 'TLS_PORT', material })
  return {
    ...listening,
    authority: identity.authority,
    authorityFile: join(worldFolder, 'tls', 'ca.pem'),
    providers: providers.map(({ id, name }) => ({ id, name, url: `${listening.url}/${id}${routes.GET}` })),
  }
}

const isTaken = (error: unknown) =>
  error instanceof CannotListen &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE'

/**
 * The door where a person starts a world: at `TLS_PORT` (0 takes any). The usual port may be taken by another world: then this one goes on
 * without a door and says so; a port that was asked for must be had.
 */
export const openDoor = async (
  local: Pick<Local, 'sites' | 'apps'>,
  { worldFolder, host, wanted }: { worldFolder: string; host: string; wanted: string | undefined },
): Promise<CardLoginDoor | Text> => {
  const port = wanted === undefined || wanted === '' ? usualPort : Number(wanted)
  try {
    const door = await serveCardLogin(local, { worldFolder, host, port })
    return (
      door ?? { ja: 'カードでログインできる事業者がいません', en: 'no provider here lets people log in with the card' }
    )
  } catch (error) {
    if (wanted !== undefined || !isTaken(error)) throw error
    return {
      ja: `カードでのログイン（TLS）はお休みです: ポート ${usualPort} は使用中です。TLS_PORT=0 を付けて起動すると空いている番号を使います`,
      en: `card logins (TLS) are off: port ${usualPort} is in use. Start with TLS_PORT=0 to have any free one`,
    }
  }
}
