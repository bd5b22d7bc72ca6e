/**
 * Logging in at a provider with the card, over TLS: the card signed the handshake, the platform says whether its certificate is good and
 * under which pseudonym its holder is known here. The certificate is taken from the connection only, never from a header.
 */
import { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import { attempt } from '../core/attempt.ts'
import { type Edge, route } from '../core/http.ts'
import { answer, once } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { type AccountContract, cardLogin } from '../messages/cardLogin.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { clientCertificateAnswer } from '../messages/verification.ts'
import type { PlatformApp } from '../platform/index.ts'
import { loginPage, refusalPage } from './cardLoginPage.ts'
import { explainRefusal, type LoginRefusal } from './cardLoginRefusal.ts'
import type { CardAccounts } from './cardLoginStore.ts'

type Accepted = Extract<z.output<typeof clientCertificateAnswer>, { outcome: 'accepted' }>
type Refused = {
  outcome: 'refused'
  reason: LoginRefusal
  revocationReason?: RevocationReason | undefined
}

/** The certificate of whoever is at the other end of this request's connection, DER. */
const shownIn = (env: unknown): Uint8Array | 'not-over-tls' | 'no-certificate' => {
  const incoming = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : undefined
  const socket = incoming instanceof IncomingMessage ? incoming.socket : undefined
  if (!(socket instanceof TLSSocket)) return 'not-over-tls'
  // Of a session taken up again nobody proved anything now; the server offers none.
  const shown = socket.isSessionReused() ? undefined : socket.getPeerX509Certificate()
  return shown?.raw ?? 'no-certificate'
}

/** Who is at the other end: asked of the platform anew for each request, under an id nobody outside can repeat. */
const createCardCheck =
  (site: Site) =>
  async (c: Context): Promise<Accepted | Refused> => {
    const shown = shownIn(c.env)
    if (typeof shown === 'string') return { outcome: 'refused', reason: shown }
    const platform = site.network.connect<PlatformApp>('platform')
    const json = { certificate: toBase64(shown) }
    const asked = await attempt(answer(platform['client-certificates'].$post({ json }, once(site.random.id()))))
    if (asked.outcome === 'silent') return { outcome: 'refused', reason: 'platform-silent' }
    // Too large, or otherwise nothing the platform takes for a certificate.
    if (asked.outcome === 'refused') return { outcome: 'refused', reason: 'malformed' }
    return asked.value
  }

/** The same where only programs ask: a refusal is a problem. */
export const createCardHolder = (site: Site) => {
  const check = createCardCheck(site)
  return async (c: Context): Promise<Accepted> => {
    const checked = await check(c)
    if (checked.outcome === 'accepted') return checked
    const { status, detail } = explainRefusal(checked.reason, checked.revocationReason)
    throw new Problem(status, checked.reason, detail)
  }
}

const wantsPage = (c: Context) => (c.req.header('accept') ?? '').includes('text/html')

/** No copy of a page about somebody stays behind; it loads nothing and stands in no frame. */
const guarded = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

type Parts = {
  accounts: CardAccounts
  /** The contracts with these ids, where the provider has contracts. */
  contracts?: (contractIds: string[]) => Promise<AccountContract[]>
}

/** `GET /card-login`: logs in whoever holds the card, as a page or as JSON. */
export const createCardLogin = (site: Site, { accounts, contracts }: Parts) => {
  const check = createCardCheck(site)

  const logIn = async ({ accountId, notAfter, revocation }: Accepted): Promise<z.output<typeof cardLogin>> => {
    const account = await accounts.noteLogin(accountId, site.clock.now())
    const signed = contracts && { contracts: await contracts(await accounts.contractsOf(accountId)) }
    return { outcome: 'accepted', provider: site.id, accountId, ...account, notAfter, revocation, ...signed }
  }

  return new Hono<Edge>().get(
    '/card-login',
    route({
      summary: 'Log in with the card, over TLS: a page for browsers, JSON for programs カードでのログイン',
      purpose: 'card-login.show',
      answer: cardLogin,
      carries: { request: ['certificate'], response: ['certificate-status', 'pseudonym'] },
      repeatable: true,
    }),
    async (c) => {
      const checked = await check(c)
      for (const [name, value] of Object.entries(guarded)) c.header(name, value)
      if (checked.outcome === 'accepted') {
        const login = await logIn(checked)
        return wantsPage(c) ? loginPage(c, site.name, login) : c.json(login)
      }
      const { reason, revocationReason } = checked
      // RFC 9110 section 11.6.1 wants a challenge with 401; no scheme is registered for what a handshake shows.
      if (reason === 'no-certificate') c.header('www-authenticate', `TLS-Client-Certificate realm="${site.id}"`)
      const explanation = explainRefusal(reason, revocationReason)
      if (wantsPage(c)) return refusalPage(c, site.name, explanation)
      const { status, detail } = explanation
      const problem = JSON.stringify(new Problem(status, reason, detail).body())
      return c.body(problem, status, { 'content-type': 'application/problem+json' })
    },
  )
}
